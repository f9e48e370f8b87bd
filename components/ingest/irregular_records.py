"""Cuts records byte by byte, which also handles misplaced quotes."""

from __future__ import annotations

import numpy as np

from components.ingest.cuts import Cut
from components.ingest.faults import MAX_ROW_BYTES, MISPLACED, UNCLOSED, Fault, holds_rows, wrong_size

_COMMA, _RETURN, _QUOTE, _SPACE = b',\r" '
_Values = list[tuple[int, int, bool]]


def first_record(block: bytes, begin: int) -> tuple[list[bytes], int] | None:
    """Returns the values of a record and the position of the next record; None if malformed or incomplete.

    Args:
        block: bytes of the file.
        begin: position of the first byte of the record.
    """
    record = _record_at(block, begin, last=True)
    if record is None or record[3] is not None:
        return None
    values, _, next_start, _ = record
    texts = [(block[start:end], escaped) for start, end, escaped in values]
    return [text.replace(b'""', b'"') if escaped else text for text, escaped in texts], next_start


def cut_irregular(block: bytes, begin: int, fields: int, wanted: list[int], records: int, *, last: bool) -> Cut:
    """Cuts records, byte by byte if they hold quotes.

    Args:
        block: bytes of the file.
        begin: position of the first byte to cut, the start of a record.
        fields: number of values in a row.
        wanted: indices of the values to locate, from 0.
        records: maximum number of records to cut.
        last: whether this is the last block of the file.
    """
    rows: list[int] = []
    starts: list[list[int]] = []
    ends: list[list[int]] = []
    escaped: list[list[bool]] = []
    faults: list[Fault] = []
    used = begin
    while used < len(block) and records > 0:
        records -= 1
        record = _record_at(block, used, last=last)
        if record is None:
            break
        values, end, next_start, fault = record
        if fault is not None:
            faults.append(fault)
        elif end > used or len(values) > 1:
            if len(values) == fields and end - used <= MAX_ROW_BYTES:
                rows.append(used)
                starts.append([values[field][0] for field in wanted])
                ends.append([values[field][1] for field in wanted])
                escaped.append([values[field][2] for field in wanted])
            elif holds_rows(block, used, end, fields):
                line_end = block.find(b"\n", used)
                faults.append(_line_fault(block, used, line_end, _open_at(values, line_end), MISPLACED))
                next_start = line_end + 1
            else:
                faults.append(wrong_size(used, end, len(values), fields))
        used = next_start
    shape = (len(rows), len(wanted))
    return Cut(
        np.array(rows, np.int64),
        np.array(starts, np.int64).reshape(shape),
        np.array(ends, np.int64).reshape(shape),
        np.array(escaped, bool).reshape(shape),
        faults,
        used,
    )


def _record_at(block: bytes, begin: int, *, last: bool) -> tuple[_Values, int, int, Fault | None] | None:
    """Returns the values of a record, its end, the start of the next record and its fault; None if incomplete."""
    line_end = block.find(b"\n", begin)
    if line_end < 0:
        if not last:
            return None
        line_end = len(block)
    values: _Values = []
    at = begin
    while True:
        opening = at
        while opening < line_end and block[opening] == _SPACE:
            opening += 1
        if opening < line_end and block[opening] == _QUOTE:
            closing, escaped = _closing(block, opening + 1)
            if closing < 0:
                if not last:
                    return None
                return (
                    values,
                    line_end,
                    _next_record(block, line_end),
                    _line_fault(block, begin, line_end, len(values), UNCLOSED),
                )
            if closing > line_end:
                next_start = block.find(b"\n", closing)
                if next_start < 0 and not last:
                    return None
                value_line_end = len(block) if next_start < 0 else next_start
            else:
                value_line_end = line_end
            end = closing + 1
            while end < value_line_end and block[end] == _SPACE:
                end += 1
            bare = _without_return(block, begin, value_line_end)
            if end < bare and block[end] != _COMMA:
                # Only the line is set aside, because the quote may be part of the text.
                return (
                    values,
                    line_end,
                    _next_record(block, line_end),
                    _line_fault(block, begin, line_end, len(values), MISPLACED),
                )
            values.append((opening + 1, closing, escaped))
            line_end = value_line_end
        else:
            bare = _without_return(block, begin, line_end)
            comma = block.find(b",", at, bare)
            end = bare if comma < 0 else comma
            values.append((at, end, False))
        if end >= bare:
            return values, bare, _next_record(block, line_end), None
        at = end + 1


def _open_at(values: _Values, line_end: int) -> int:
    """Returns the index of the value that is not closed at the end of a line."""
    return next(number for number, (_, end, _) in enumerate(values) if end > line_end)


def _closing(block: bytes, at: int) -> tuple[int, bool]:
    """Returns the position of the quote that closes the value at `at`, or -1, and whether it holds doubled quotes."""
    escaped = False
    while True:
        at = block.find(b'"', at)
        if at < 0 or block[at + 1 : at + 2] != b'"':
            return at, escaped
        escaped = True
        at += 2


def _next_record(block: bytes, line_end: int) -> int:
    """Returns the position after a line end."""
    return min(line_end + 1, len(block))


def _without_return(block: bytes, begin: int, line_end: int) -> int:
    """Returns the end of a line without a carriage return."""
    return line_end - 1 if line_end > begin and block[line_end - 1] == _RETURN else line_end


def _line_fault(block: bytes, begin: int, line_end: int, field: int, reason: str) -> Fault:
    """Returns the fault of the line from `begin` to `line_end`."""
    return Fault(begin, _without_return(block, begin, line_end), field, reason)
