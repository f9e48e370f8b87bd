"""Writes tables as CSV the way H&M's are: quotes only where needed, nothing for null, strings as they are.

pyarrow's own writer (10.0) quotes every string and cannot be told not to; here the columns are joined by
Arrow's string kernels, and the joined column's buffer is the file.
"""

import contextlib
import os
import pathlib
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

_ROWS = 200_000


@contextlib.contextmanager
def whole_or_nothing(path: pathlib.Path) -> Iterator[BinaryIO]:
    """Opens a temporary file beside `path` and renames it when all went well; else removes it."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            yield stream
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_header(stream: BinaryIO, names: list[str]) -> None:
    """Writes the line of column names."""
    stream.write((",".join(names) + "\n").encode())


def write_rows(stream: BinaryIO, table: pa.Table, quoted: frozenset[str] = frozenset()) -> None:
    """Writes a table's rows.

    Args:
        stream: where to.
        table: its columns are written in their order.
        quoted: columns in which a comma or a quote may occur; no other column may hold one.

    """
    for start in range(0, table.num_rows, _ROWS):
        part = table.slice(start, _ROWS).combine_chunks()
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
