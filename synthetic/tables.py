"""Writes tables as CSV in H&M's format: quotes only where needed, and empty values for null.

pyarrow's own writer (10.0) always quotes strings. So this module joins the columns with Arrow's string kernels and
writes the buffer of the joined column.
"""

import contextlib
import pathlib
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from transforms.atomic_path import atomic_path

ROWS_PER_CHUNK = 200_000


@contextlib.contextmanager
def atomic_file(path: pathlib.Path) -> Iterator[BinaryIO]:
    """Opens a file that is written completely or not at all."""
    with atomic_path(path) as unfinished, unfinished.open("wb") as stream:
        yield stream


def write_header(stream: BinaryIO, names: list[str]) -> None:
    """Writes the header line."""
    stream.write((",".join(names) + "\n").encode())


def write_rows(stream: BinaryIO, table: pa.Table, quoted: frozenset[str] = frozenset()) -> None:
    """Writes the rows of a table.

    Args:
        stream: the file.
        table: the table, with its columns in the order of the header.
        quoted: columns that may contain commas, quotes or line breaks; other columns must not.
    """
    for start in range(0, table.num_rows, ROWS_PER_CHUNK):
        part = table.slice(start, ROWS_PER_CHUNK).combine_chunks()
        cells = [_cells(part.column(name), name in quoted) for name in part.column_names]
        cells[-1] = pc.binary_join_element_wise(cells[-1], "\n", "")
        lines = pc.binary_join_element_wise(*cells, ",")
        for chunk in lines.chunks:
            _, offsets, data = chunk.buffers()
            bounds = memoryview(offsets).cast("i")
            stream.write(memoryview(data)[bounds[chunk.offset] : bounds[chunk.offset + len(chunk)]])


def _cells(column: pa.ChunkedArray, quoted: bool) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    text = pc.fill_null(column.cast(pa.string()), "")
    if not quoted:
        return text
    doubled = pc.replace_substring(text, '"', '""')
    return pc.if_else(
        pc.match_substring_regex(text, '[",\n]'), pc.binary_join_element_wise('"', doubled, '"', ""), text
    )
