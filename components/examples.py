"""Converts Arrow tables to tf.Examples in gzip TFRecord files, and back.

Every feature of an Example is a list. A column with one value a row becomes lists of one, a null becomes an empty list,
and a list column stays as it is. The types map to the three of Example:

    string, binary, large and dictionary forms of them   bytes_list
    bool, whole numbers, date32 (days since 1970-01-01)  int64_list
    floating point                                       float_list (float32)
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa

FILE_PATTERN = "data_tfrecord-*.gz"
_BATCH_ROWS = 8192


def write_examples(
    table: pa.Table | Iterable[pa.RecordBatch],
    folder: pathlib.Path,
    shards: int = 1,
    on_batch: Callable[[int], None] = lambda rows: None,
) -> int:
    """Writes each row as a tf.Example.

    The files are named `data_tfrecord-00000-of-00001.gz` and so on. Batches are written to the files in turn, so the
    same table gives the same files. For TFX, `folder` is `<artifact uri>/Split-<name>`.

    Args:
        table: a table, or batches of one schema, of which at most one is in memory at a time.
        folder: folder of the files, created if it does not exist.
        shards: number of files, at least 1.
        on_batch: called after each batch is written with its number of rows.

    Returns:
        The number of examples written.

    Raises:
        ValueError: `shards` is below 1.
        TypeError: a tf.Example cannot hold the type of a column.
    """
    if shards < 1:
        raise ValueError(f"shards must be at least 1. Received: shards = {shards}")
    import tensorflow as tf
    from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

    folder.mkdir(parents=True, exist_ok=True)
    encoder = RecordBatchToExamplesEncoder()
    # Level 1 takes half the time of the default level and a tenth more space.
    options = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=1)
    writers = [
        tf.io.TFRecordWriter(str(folder / f"data_tfrecord-{shard:05d}-of-{shards:05d}.gz"), options)
        for shard in range(shards)
    ]
    written = 0
    try:
        for number, batch in enumerate(_small_batches(table)):
            writer = writers[number % shards]
            for example in encoder.encode(as_lists(batch)):
                writer.write(example)
            written += batch.num_rows
            on_batch(batch.num_rows)
    finally:
        for writer in writers:
            writer.close()
    return written


def read_examples(folder: pathlib.Path) -> pa.Table:
    """Reads the files of `write_examples` into memory, every column as a list.

    Raises:
        FileNotFoundError: `folder` has no example files.
    """
    import tensorflow as tf
    from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

    paths = sorted(str(path) for path in folder.glob(FILE_PATTERN))
    if not paths:
        raise FileNotFoundError(f"{folder} must have files {FILE_PATTERN}; there are none")
    examples = list(tf.data.TFRecordDataset(paths, compression_type="GZIP").as_numpy_iterator())
    return pa.Table.from_batches([ExamplesToRecordBatchDecoder().DecodeBatch(examples)])


def as_lists(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Converts a batch for tfx_bsl's encoder: every column becomes a LargeList of int64, float or large_binary.

    Raises:
        TypeError: a tf.Example cannot hold the type of a column.
    """
    columns = [_as_list(column, name) for column, name in zip(batch.columns, batch.schema.names, strict=True)]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


def _small_batches(table: pa.Table | Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
    batches = table.to_batches() if isinstance(table, pa.Table) else table
    for batch in batches:
        for start in range(0, batch.num_rows, _BATCH_ROWS):
            yield batch.slice(start, _BATCH_ROWS)


def _as_list(column: pa.Array, name: str) -> pa.LargeListArray:
    if pa.types.is_fixed_size_list(column.type):
        lengths = column.is_valid().to_numpy(zero_copy_only=False) * column.type.list_size
        values = column.flatten()
    elif pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        values = column.flatten()  # without the values under null lists and outside of a slice
        if values.null_count:
            raise TypeError(f"column {name} must not have null inside a list, which a tf.Example cannot hold")
    else:
        lengths = column.is_valid().to_numpy(zero_copy_only=False)
        values = column.drop_null()
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    return pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), _as_feature(values, name))


def _as_feature(values: pa.Array, name: str) -> pa.Array:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _as_feature(values.dictionary_decode(), name)
    if pa.types.is_date32(kind):
        return values.cast(pa.int32()).cast(pa.int64())
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return values.cast(pa.int64())
    if pa.types.is_floating(kind):
        return values.cast(pa.float32(), safe=False)
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return values.cast(pa.binary()).cast(pa.large_binary())
    if pa.types.is_large_string(kind) or pa.types.is_large_binary(kind):
        return values.cast(pa.large_binary())
    raise TypeError(f"column {name} must have text, numbers, days, or lists of them. Received: {kind}")
