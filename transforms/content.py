"""Content vectors: a picture vector and a text vector of each article, in a Parquet file.

A vector is kept as the bytes of its float16 values, little endian, because Parquet has no type for them that all
readers know. `read_content` returns arrays; `np.frombuffer(value, "<f2")` reads a value elsewhere.
"""

from __future__ import annotations

import dataclasses
import pathlib

import numpy as np
import pyarrow as pa

from transforms import columns
from transforms.errors import DataError
from transforms.parquet import pq

KINDS = ("picture", "text")
CONTENT_FILE = "content.parquet"
COMPARED_VALUES = 64  # first components by which articles are compared; more do not change the nearest ones
_FLOAT16 = np.dtype("<f2")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ContentVectors:
    """Vectors of one kind.

    Attributes:
        vectors: `[articles, size]` float16; zeros where `known` is false. The size is 0 if no article has a vector.
        known: `[articles]` bool, whether the article has a vector.
    """

    vectors: np.ndarray
    known: np.ndarray

    def unit(self, values: int) -> np.ndarray:
        """The first principal components, scaled to length 1.

        Args:
            values: number of components.

        Returns:
            `[articles, n]` float32, zeros where `known` is false; n is `values`, or the size if that is smaller.
        """
        return unit_vectors(self.vectors[:, :values])

    @classmethod
    def none(cls, articles: int) -> ContentVectors:
        """Vectors of a catalogue in which no article has one."""
        return cls(vectors=np.zeros((articles, 0), _FLOAT16), known=np.zeros(articles, bool))


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Scales vectors `[n, size]` to length 1, float32. Zeros stay zeros."""
    vectors = vectors.astype(np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)


def nearest_rows(units: np.ndarray, vector: np.ndarray, k: int, left_out: np.ndarray | None = None) -> list[int]:
    """Finds the articles with the largest cosine with a vector.

    Args:
        units: `[articles, n]` float32 of length 1; articles with zeros have no vector and are not found.
        vector: `[n]` float32 of length 1.
        k: number of articles.
        left_out: `[articles]` bool, articles that are not wanted.

    Returns:
        At most k rows, nearest first; of equal cosines the lower row.
    """
    cosines = units @ vector
    cosines[~units.any(axis=1)] = -np.inf
    if left_out is not None:
        cosines[left_out] = -np.inf
    best = np.argsort(-cosines, kind="stable")[:k]
    return best[np.isfinite(cosines[best])].tolist()


def write_content(path: pathlib.Path, article_ids: pa.Array, content: dict[str, ContentVectors]) -> None:
    """Writes the vectors of articles.

    Args:
        path: the file. Its columns are `article_id`, and for each kind `<kind>` (float16 values as bytes) and
            `has_<kind>`.
        article_ids: ids in the order of the vectors.
        content: vectors by kind, for each of `KINDS`.
    """
    table: dict[str, pa.Array] = {columns.ARTICLE_ID: article_ids}
    for kind in KINDS:
        table[kind] = pa.array([vector.tobytes() for vector in content[kind].vectors.astype(_FLOAT16)], pa.binary())
        table[f"has_{kind}"] = pa.array(content[kind].known)
    pq.write_table(pa.table(table), path)


def read_content(path: pathlib.Path, article_ids: pa.Array | pa.ChunkedArray) -> dict[str, ContentVectors]:
    """Reads the vectors of articles.

    Args:
        path: file that `write_content` wrote.
        article_ids: ids of the articles asked for.

    Returns:
        Vectors by kind, in the order of `article_ids`.

    Raises:
        DataError: an article is not in the file.
    """
    table = pq.read_table(path)
    row_of = {article_id: row for row, article_id in enumerate(table[columns.ARTICLE_ID].to_pylist())}
    asked = article_ids.to_pylist()
    missing = [article_id for article_id in asked if article_id not in row_of]
    if missing:
        raise DataError(
            f"{path} must hold each article of the catalogue. Received: no row of {len(missing):,} articles, such as "
            f"{missing[0]!r}; run the step Content again"
        )
    rows = np.array([row_of[article_id] for article_id in asked], np.int64)
    content = {}
    for kind in KINDS:
        values = np.frombuffer(b"".join(table[kind].to_pylist()), _FLOAT16)
        vectors = values.reshape(table.num_rows, len(values) // max(table.num_rows, 1))
        content[kind] = ContentVectors(vectors=vectors[rows], known=table[f"has_{kind}"].to_numpy()[rows])
    return content
