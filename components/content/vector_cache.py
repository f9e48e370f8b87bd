"""Vectors of photos by the content of their files, kept across runs."""

from __future__ import annotations

import pathlib
import uuid
import zipfile

import numpy as np

from transforms.atomic_path import atomic_path

DIGEST = np.dtype("S32")  # hexadecimal digits


class VectorCache:
    """A folder of vectors. Several processes may use it at the same time.

    Each call of `add` writes a file of its own, so that a stopped run loses nothing it has added. A file that cannot be
    read is left out.

    Args:
        folder: folder of the vectors of one encoder; created when the first vectors are added.
        size: number of values of a vector.
    """

    def __init__(self, folder: pathlib.Path, size: int):
        self._folder, self._size = folder, size
        self._row_of: dict[bytes, int] = {}
        self._blocks: list[np.ndarray] = []
        for file in sorted(folder.glob("*.npz")):
            self._read(file)

    def __contains__(self, digest: bytes) -> bool:
        """Whether the cache has the vector of a file with this digest."""
        return digest in self._row_of

    def add(self, digests: list[bytes], vectors: np.ndarray) -> None:
        """Adds vectors.

        Args:
            digests: digests of the files, see `file_digests.py`.
            vectors: `[len(digests), size]`, kept as float16.
        """
        vectors = vectors.astype(np.float16)
        with atomic_path(self._folder / f"{uuid.uuid4().hex}.npz") as partial, open(partial, "wb") as file:
            np.savez(file, digests=np.array(digests, DIGEST), vectors=vectors)
        self._append(digests, vectors)

    def vectors(self, digests: list[bytes]) -> np.ndarray:
        """Returns the vectors of files that the cache contains, `[len(digests), size]` float16."""
        if not digests:
            return np.zeros((0, self._size), np.float16)
        if len(self._blocks) > 1:
            self._blocks = [np.concatenate(self._blocks)]
        return self._blocks[0][[self._row_of[digest] for digest in digests]]

    def _append(self, digests: list[bytes], vectors: np.ndarray) -> None:
        start = sum(len(block) for block in self._blocks)
        self._row_of.update(zip(digests, range(start, start + len(digests)), strict=True))
        self._blocks.append(vectors)

    def _read(self, file: pathlib.Path) -> None:
        try:
            with open(file, "rb") as content, np.load(content) as arrays:
                digests, vectors = arrays["digests"], arrays["vectors"]
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return
        if vectors.shape == (len(digests), self._size) and digests.dtype == DIGEST:
            self._append(digests.tolist(), vectors)
