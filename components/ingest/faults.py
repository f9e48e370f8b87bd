"""Records that are not rows: their positions and the reasons."""

from __future__ import annotations

import dataclasses

MAX_ROW_BYTES = 4_000_000
"""The longest row that is read; longer rows are set aside."""
TOO_FEW, TOO_MANY, TOO_LONG = "too few values", "too many values", f"row longer than {MAX_ROW_BYTES:,} bytes"
MISPLACED, UNCLOSED = "a quote in the wrong place", "a quoted value that is never closed"


@dataclasses.dataclass(frozen=True)
class Fault:
    """A record that is not a row.

    Attributes:
        start: position of its first byte in the block.
        end: position after its last byte, without the line end.
        field: index of the wrong value, from 0, or -1.
        reason: what is wrong.
    """

    start: int
    end: int
    field: int
    reason: str


def wrong_size(start: int, end: int, count: int, fields: int) -> Fault:
    """Returns the fault of a record that is too long or has the wrong number of values.

    Args:
        start: position of the first byte of the record.
        end: position after its last byte, without the line end.
        count: number of its values.
        fields: number of values in a row.
    """
    if end - start > MAX_ROW_BYTES:
        return Fault(start, end, -1, TOO_LONG)
    return Fault(start, end, count, TOO_FEW) if count < fields else Fault(start, end, -1, TOO_MANY)


def holds_rows(block: bytes, start: int, end: int, fields: int) -> bool:
    """Returns whether a line of a record, other than the first, is a row; then a quote was opened by mistake.

    Args:
        block: block of bytes.
        start: position of the first byte of the record.
        end: position after its last byte.
        fields: number of values in a row.
    """
    first = block.find(b"\n", start, end)
    return first >= 0 and any(
        line.count(b",") == fields - 1 and b'"' not in line for line in block[first + 1 : end].split(b"\n")
    )
