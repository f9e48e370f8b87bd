"""Vectors that the user gives."""

from __future__ import annotations

import pathlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from components.content.encoded import Encoded
from transforms import columns
from transforms.errors import DataError
from transforms.parquet import pq


def read_given(file: pathlib.Path, kind: str, article_ids: Sequence[str]) -> Encoded:
    """Reads given vectors.

    Args:
        file: Parquet or NumPy file, see the setting `content.given`.
        kind: `picture` or `text`.
        article_ids: ids of the catalogue. Vectors of other articles are left out.

    Raises:
        DataError: the file is missing, lacks the column, holds an article twice, vectors of different lengths, or a
            value that is not finite.
    """
    if not file.is_file():
        raise DataError(f"content.{kind} = 'given' needs the file {file}, which does not exist; see content.given")
    try:
        ids, vectors = _read_numpy(file) if file.suffix == ".npy" else _read_parquet(file, kind)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DataError(f"{file} cannot be read ({error}); see content.given") from error
    if len(set(ids)) != len(ids):
        raise DataError(f"{file} must have one row for each article. Received: an article twice")
    if not np.isfinite(vectors).all():
        raise DataError(f"{file} must have finite values. Received: NaN or infinity in column {kind}")
    row_of = {article_id: row for row, article_id in enumerate(ids)}
    rows = np.array([row_of.get(article_id, -1) for article_id in article_ids], np.int64)
    known = rows >= 0
    result = np.zeros((len(rows), vectors.shape[1]), np.float32)
    result[known] = vectors[rows[known]]
    return Encoded(encoder="given", vectors=result, known=known)


def _read_parquet(file: pathlib.Path, kind: str) -> tuple[list[str], np.ndarray]:
    table = pq.read_table(file)
    for name in (columns.ARTICLE_ID, kind):
        if name not in table.column_names:
            raise DataError(f"{file} must have the column {name}. Received: {', '.join(table.column_names)}")
    if not pa.types.is_string(table[columns.ARTICLE_ID].type):
        raise DataError(f"{file}: article_id must be text, so that leading zeros are kept; write it as strings")
    pairs = [
        (article_id, vector)
        for article_id, vector in zip(table[columns.ARTICLE_ID].to_pylist(), table[kind].to_pylist(), strict=True)
        if vector
    ]
    lengths = {len(vector) for _, vector in pairs}
    if len(lengths) > 1:
        raise DataError(f"{file}: all vectors of {kind} must be equally long. Received: {sorted(lengths)[:5]} values")
    return [article_id for article_id, _ in pairs], np.array([v for _, v in pairs], np.float32).reshape(len(pairs), -1)


def _read_numpy(file: pathlib.Path) -> tuple[list[str], np.ndarray]:
    vectors = np.load(file, allow_pickle=False)
    ids = file.with_suffix(".ids").read_text(encoding="utf-8").split("\n")
    ids = ids[:-1] if ids and not ids[-1] else ids
    if vectors.ndim != 2 or len(vectors) != len(ids):
        raise DataError(
            f"{file} must have one row for each line of {file.with_suffix('.ids').name}. Received: the shape "
            f"{vectors.shape} and {len(ids):,} lines"
        )
    return ids, vectors.astype(np.float32)
