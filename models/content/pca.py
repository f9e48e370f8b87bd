"""Principal components: fewer values that keep most of the variance.

Source: Jolliffe, Principal Component Analysis, 2002, chapter 6.1 for the cumulative share of the variance.
"""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np

from transforms.atomic_path import atomic_path

_BLOCK = 8192  # rows that are held as float32 at once


@dataclasses.dataclass(frozen=True, kw_only=True)
class Pca:
    """A projection on principal components.

    Attributes:
        mean: `[values]` float32.
        components: `[values, size]` float32, orthonormal columns, by descending variance.
        explained: share of the variance that the components keep, in [0, 1].
    """

    mean: np.ndarray
    components: np.ndarray
    explained: float

    @property
    def size(self) -> int:
        """Number of values after the projection."""
        return self.components.shape[1]

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """Projects vectors.

        Args:
            vectors: `[rows, values]`, any float type.

        Returns:
            `[rows, size]` float32.
        """
        projected = np.zeros((len(vectors), self.size), np.float32)
        for start in range(0, len(vectors), _BLOCK):
            block = slice(start, start + _BLOCK)
            projected[block] = (vectors[block].astype(np.float32) - self.mean) @ self.components
        return projected

    def save(self, path: pathlib.Path) -> None:
        """Writes the projection as `.npz`."""
        with atomic_path(path) as partial, open(partial, "wb") as file:
            np.savez(file, mean=self.mean, components=self.components, explained=self.explained)

    @classmethod
    def load(cls, path: pathlib.Path) -> Pca:
        """Reads what `save` wrote."""
        with np.load(path) as arrays:
            return cls(mean=arrays["mean"], components=arrays["components"], explained=float(arrays["explained"]))


def fit_pca(vectors: np.ndarray, share: float, max_size: int) -> Pca:
    """Fits principal components.

    The sign of a component is chosen so that its largest absolute weight is positive. Equal vectors therefore give
    equal projections.

    Args:
        vectors: `[rows, values]`, any float type. Without rows, or if all are equal, the projection has size 0.
        share: share of the variance to keep, in (0, 1].
        max_size: maximum number of components.
    """
    rows, values = vectors.shape
    mean = vectors.mean(axis=0, dtype=np.float64) if rows else np.zeros(values)
    covariance = np.zeros((values, values))
    for start in range(0, rows, _BLOCK):
        centred = vectors[start : start + _BLOCK].astype(np.float64) - mean
        covariance += centred.T @ centred / rows
    variances, components = np.linalg.eigh(covariance)
    variances, components = np.maximum(variances[::-1], 0.0), components[:, ::-1]
    total = variances.sum()
    if total <= 1e-12:
        return Pca(mean=mean.astype(np.float32), components=np.zeros((values, 0), np.float32), explained=0.0)
    kept = np.cumsum(variances) / total
    size = min(int(np.searchsorted(kept, share - 1e-9)) + 1, max_size, values)
    components = components[:, :size]
    components = components * np.sign(components[np.abs(components).argmax(axis=0), np.arange(size)])
    return Pca(mean=mean.astype(np.float32), components=components.astype(np.float32), explained=float(kept[size - 1]))
