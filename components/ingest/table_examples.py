"""Writes the ingested tables as tf.Examples, for the statistics."""

from __future__ import annotations

import pathlib
from collections.abc import Iterable, Iterator

import pyarrow as pa

from components.examples import write_examples
from transforms.columns import parquet_file
from transforms.parquet import pq
from transforms.progress import Progress

_BATCH_ROWS = 65_536


def write_table_examples(tables: pathlib.Path, table: str, folder: pathlib.Path, max_rows: int | None = None) -> int:
    """Writes a table that `ingest` made as tf.Examples into `folder`.

    Args:
        tables: folder written by `ingest`.
        table: `articles`, `customers` or `transactions`.
        folder: folder of the example files.
        max_rows: maximum number of rows n, spread evenly over the table (the i-th is row `i * rows // n`); None for all
            rows.

    Returns:
        Number of examples written.
    """
    file = pq.ParquetFile(tables / parquet_file(table))
    rows = file.metadata.num_rows
    batches = file.iter_batches(_BATCH_ROWS)
    if max_rows is not None and max_rows < rows:
        batches = _evenly(batches, rows, max_rows)
        rows = max_rows
    with Progress(f"examples of {table}", "rows", rows) as progress:
        return write_examples(batches, folder, on_batch=progress.advance)


def _evenly(batches: Iterable[pa.RecordBatch], rows: int, wanted: int) -> Iterator[pa.RecordBatch]:
    """Yields the rows `i * rows // wanted` for `i` in `range(wanted)`, batch by batch."""
    start = 0
    for batch in batches:
        end = start + batch.num_rows
        # The first i whose row is not before `start` is ceil(start * wanted / rows).
        chosen = range(-(-start * wanted // rows), -(-end * wanted // rows))
        yield batch.take(pa.array([i * rows // wanted - start for i in chosen], pa.int64()))
        start = end
