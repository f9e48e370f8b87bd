"""Reads CSV files: yields rows as Arrow batches of text with line numbers, and collects records that are not rows.

DuckDB reads a file directly only if each line is a row of plain ASCII text without quotes (`is_plain`), because such
a file is unambiguous. `blocks.cut` cuts all other files. No other code parses records.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from components.ingest.blocks import cut
from components.ingest.faults import MAX_ROW_BYTES, TOO_MANY, UNCLOSED, Fault
from components.ingest.source import Source
from transforms.columns import COLUMNS
from transforms.errors import DataError

LINE = "line"
RETURNS = "too many values: line ends must be \\n or \\r\\n, not \\r alone"
BLOCK_BYTES = 4 << 20
_MAX_RECORD_BYTES = 16 * MAX_ROW_BYTES
_MAX_TEXT_BYTES = 2_000


@dataclasses.dataclass(frozen=True)
class Malformed:
    """A record that is not a row: too many or too few values, or a quote in the wrong place.

    Attributes:
        line: line number of its first byte, from 1.
        text: beginning of the record.
        column: name of the wrong column, or an empty string.
        reason: what is wrong.
    """

    line: int
    text: str
    column: str
    reason: str


class Reader:
    """Reads one file once.

    Args:
        source: file to read.
        max_malformed: maximum number of records kept in `malformed`.
        on_bytes: called with the number of bytes read so far.

    Attributes:
        malformed: the first records that are not rows, in the order of the file.
        malformed_counts: counts of all such records, by column and reason.
    """

    def __init__(self, source: Source, max_malformed: int, on_bytes: Callable[[int], None] = lambda done: None):
        self.malformed: list[Malformed] = []
        self.malformed_counts: Counter[tuple[str, str]] = Counter()
        self._source = source
        self._max_malformed = max_malformed
        self._on_bytes = on_bytes
        self._wanted = [source.header.index(column.name) for column in COLUMNS[source.table]]
        self._line = source.header_lines + 1
        self.schema = pa.schema(
            [(LINE, pa.uint32()), *((column.name, pa.string()) for column in COLUMNS[source.table])]
        )

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yields the rows of each block of the file: `line` and the columns of the schema as text, "" if empty.

        Raises:
            DataError: the file is not UTF-8, or a quoted value is never closed.
        """
        fields = len(self._source.header)
        with self._source.path.open("rb") as file:
            file.seek(self._source.data_start)
            rest, want, done = b"", BLOCK_BYTES, self._source.data_start
            while True:
                fresh = file.read(want)
                block = rest + fresh
                if not block:
                    return
                last = len(fresh) < want
                if not block.isascii():
                    self._check_encoding(block, last=last)
                found = cut(block, fields, self._wanted, last=last)
                if last or found.used:
                    yield self._batch(block[: found.used], found)
                rest = block[found.used :]
                if last:
                    assert not rest, f"{len(rest)} bytes of {self._source.name} were not read"
                    return
                if len(rest) > _MAX_RECORD_BYTES:
                    self._refuse_endless(rest)
                # Doubles the block, so that a record longer than a block is rescanned only a few times.
                want = max(BLOCK_BYTES, len(rest))
                done += len(fresh)
                self._on_bytes(done)

    def _batch(self, block: bytes, found) -> pa.RecordBatch:
        newlines = np.flatnonzero(np.frombuffer(block, np.uint8) == 10)
        lines = self._line + np.searchsorted(newlines, found.rows)
        for fault in found.faults:
            self._keep(block, fault, self._line + int(np.searchsorted(newlines, fault.start)))
        self._line += len(newlines)
        data = pa.py_buffer(block)
        columns = [
            _texts(data, found.starts[:, j], found.ends[:, j], found.escaped[:, j]) for j in range(len(self._wanted))
        ]
        return pa.RecordBatch.from_arrays([pa.array(lines, pa.uint32()), *columns], schema=self.schema)

    def _keep(self, block: bytes, fault: Fault, line: int) -> None:
        if fault.reason == UNCLOSED:
            raise DataError(
                f"{self._source.name} line {line} opens a quoted value that is never closed: "
                "close it, or remove the quote"
            )
        reason = fault.reason
        if reason == TOO_MANY and b"\r" in block[fault.start : fault.end].replace(b"\r\n", b""):
            reason = RETURNS
        column = self._source.header[fault.field] if 0 <= fault.field < len(self._source.header) else ""
        self.malformed_counts[column, reason] += 1
        if len(self.malformed) >= self._max_malformed:
            return
        text = block[fault.start : min(fault.end, fault.start + _MAX_TEXT_BYTES)].decode("utf-8", "replace")
        self.malformed.append(Malformed(line, text, column, reason))

    def _check_encoding(self, block: bytes, *, last: bool) -> None:
        try:
            block.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data" and not last:
                return
            line = self._line + block.count(b"\n", 0, error.start)
            raise DataError(
                f"{self._source.name} line {line} is not UTF-8: save the file again as UTF-8 (it may be Latin-1)"
            ) from error

    def _refuse_endless(self, rest: bytes) -> None:
        what = (
            "opens a quoted value that is never closed: close it, or remove the quote"
            if b'"' in rest
            else f"is longer than {_MAX_RECORD_BYTES:,} bytes: see that its line ends are \\n or \\r\\n"
        )
        raise DataError(f"{self._source.name} line {self._line} {what}")


def is_plain(source: Source) -> bool:
    """Returns whether the file is unambiguous: ASCII without quotes or NUL, with line ends of one kind.

    `open_source` checks this, because it reads the whole file anyway.

    Args:
        source: file to read.
    """
    return source.plain and len(source.header) <= _MAX_PLAIN_COLUMNS


_MAX_PLAIN_COLUMNS = 100  # DuckDB allocates a text vector for each column


def _texts(data: pa.Buffer, starts: np.ndarray, ends: np.ndarray, escaped: np.ndarray) -> pa.Array:
    """Returns `[rows]` strings, the bytes from `starts` to `ends`; replaces doubled quotes in `escaped` values."""
    rows = len(starts)
    if not rows:
        return pa.array([], pa.string())
    # The slices alternate between values and the bytes between them; every other slice is a value.
    offsets = np.empty(2 * rows, np.int32)
    offsets[0::2], offsets[1::2] = starts, ends
    both = pa.StringArray.from_buffers(2 * rows - 1, pa.py_buffer(offsets), data)
    texts = both.take(pa.array(np.arange(0, 2 * rows - 1, 2)))
    if escaped.any():
        texts = pc.if_else(pa.array(escaped), pc.replace_substring(texts, '""', '"'), texts)
    return texts
