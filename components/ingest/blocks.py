"""Cuts a block of CSV bytes into records and values; returns positions, no copies.

RFC 4180 with `\\n` or `\\r\\n` as line end. A value that begins with a quote ends with one; a quote inside an unquoted
value is an ordinary character; spaces around a quoted value are ignored. Empty lines hold no record.

NumPy cuts most blocks: if all quotes are placed as RFC 4180 requires, a separator lies outside quoted values if an even
number of quotes precede it. From the first misplaced quote on, `_slowly` cuts records byte by byte.
"""

from __future__ import annotations

import dataclasses

import numpy as np

_COMMA, _NEWLINE, _RETURN, _QUOTE, _SPACE = b',\n\r" '
MAX_ROW_BYTES = 4_000_000
"""The longest row that is read; a longer one is set aside."""
TOO_FEW, TOO_MANY, TOO_LONG = "too few values", "too many values", f"row longer than {MAX_ROW_BYTES:,} bytes"
MISPLACED, UNCLOSED = "a quote in the wrong place", "a quoted value that is never closed"
_SLOW_RECORDS = 64  # minimum number of records that `_slowly` cuts in one call


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


@dataclasses.dataclass
class Cut:
    """Records of a block, in order.

    Attributes:
        rows: `[rows]` int64, the first byte of each row.
        starts: `[rows, wanted]` int64, the first byte of each wanted value, without its quote.
        ends: `[rows, wanted]` int64, the byte after each wanted value, without its quote.
        escaped: `[rows, wanted]` bool, whether the value holds doubled quotes.
        faults: records that are not rows.
        used: number of bytes cut; the others belong to a record that continues in the next block.

    """

    rows: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    escaped: np.ndarray
    faults: list[Fault]
    used: int


def cut(block: bytes, fields: int, wanted: list[int], *, last: bool) -> Cut:
    """Cuts `block`, which begins with a record.

    Args:
        block: the bytes.
        fields: number of values in a row.
        wanted: indices of the values to locate, from 0.
        last: whether this is the file's last block, whose end also ends a record.

    """
    pieces: list[Cut] = []
    used, slow_records = 0, _SLOW_RECORDS
    while used < len(block):
        piece = _fast(block, used, fields, wanted, last=last)
        pieces.append(piece)
        irregular = piece.used < 0
        used = ~piece.used if irregular else piece.used
        if used == len(block) or not (irregular or last):
            break
        piece = _slowly(block, used, fields, wanted, slow_records, last=last)
        pieces.append(piece)
        if piece.used == used:  # the record continues in the next block
            break
        used = piece.used
        slow_records *= 2
    return _joined(pieces, wanted, used)


def first_record(block: bytes, begin: int) -> tuple[list[bytes], int] | None:
    """The values of the record at `begin` and the next record's first byte; None if malformed or incomplete."""
    record = _record(block, begin, last=True)
    if record is None or record[3] is not None:
        return None
    values, _, behind, _ = record
    texts = [(block[start:end], escaped) for start, end, escaped in values]
    return [text.replace(b'""', b'"') if escaped else text for text, escaped in texts], behind


def _fast(block: bytes, begin: int, fields: int, wanted: list[int], *, last: bool) -> Cut:
    """Cuts `block[begin:]` up to a record with a misplaced quote; `used` is then `~` of that record's first byte."""
    data = np.frombuffer(block, np.uint8)[begin:]
    separators = np.flatnonzero((data == _COMMA) | (data == _NEWLINE))
    if last and (not len(data) or data[-1] != _NEWLINE):
        separators = np.append(separators, len(data))
    quotes = np.flatnonzero(data == _QUOTE) if block.find(b'"', begin) >= 0 else np.empty(0, np.int64)
    irregular = -1
    if len(quotes):
        separators = separators[np.searchsorted(quotes, separators) % 2 == 0]
    at_end = separators == len(data)
    is_line_end = at_end | (data[np.minimum(separators, len(data) - 1)] == _NEWLINE)
    line_ends = np.flatnonzero(is_line_end)
    if len(quotes):
        irregular = _first_irregular(data, quotes)
        swallowing = _first_swallowing(block, begin, separators, line_ends, fields)
        irregular = min(filter(lambda position: position >= 0, (irregular, swallowing)), default=-1)
    if irregular >= 0:
        line_ends = line_ends[separators[line_ends] < irregular]
    used = min(int(separators[line_ends[-1]]) + 1, len(data)) if len(line_ends) else 0
    result = _records(data, begin, separators, line_ends, quotes, fields, wanted)
    result.used = ~(used + begin) if irregular >= 0 else used + begin
    return result


def _first_irregular(data: np.ndarray, quotes: np.ndarray) -> int:
    """Position of the first quote that neither opens nor closes a value and is not doubled, or -1."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opening - 1, 0)]
    opens = (opening == 0) | (before == _COMMA) | (before == _NEWLINE)
    opens[1:] |= opening[1:] - 1 == closing[: len(opening) - 1]
    after = data[np.minimum(closing + 1, len(data) - 1)]
    # A carriage return closes a value only before a line feed.
    returned = (after == _RETURN) & (data[np.minimum(closing + 2, len(data) - 1)] == _NEWLINE)
    closes = (closing == len(data) - 1) | (after == _COMMA) | (after == _NEWLINE) | returned
    closes[: len(opening) - 1] |= closing[: len(opening) - 1] + 1 == opening[1:]
    wrong = np.concatenate([opening[~opens], closing[~closes]])
    return int(wrong.min()) if len(wrong) else -1


def _first_swallowing(block: bytes, begin: int, separators: np.ndarray, line_ends: np.ndarray, fields: int) -> int:
    """The last byte of the first record that seems to hold whole rows in a quoted value, or -1."""
    counts = np.diff(line_ends, prepend=-1)
    for i in np.flatnonzero(counts != fields):
        start = begin + (int(separators[line_ends[i - 1]]) + 1 if i else 0)
        end = begin + int(separators[line_ends[i]])
        if _swallows_rows(block, start, end, fields):
            return end - 1 - begin
    return -1


def _swallows_rows(block: bytes, start: int, end: int, fields: int) -> bool:
    """Whether a line of the record after its first is itself a row, which shows that a quote was opened by mistake."""
    first = block.find(b"\n", start, end)
    return first >= 0 and any(
        line.count(b",") == fields - 1 and b'"' not in line for line in block[first + 1 : end].split(b"\n")
    )


def _records(
    data: np.ndarray,
    begin: int,
    separators: np.ndarray,
    line_ends: np.ndarray,
    quotes: np.ndarray,
    fields: int,
    wanted: list[int],
) -> Cut:
    """Rows and faults between `separators`; those with the indices `line_ends` end a record."""
    first = np.concatenate([[0], line_ends[:-1] + 1])[: len(line_ends)]  # index of the record's first separator
    counts = line_ends - first + 1
    ends = separators[line_ends]
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
    bare_ends = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == _RETURN)) if len(ends) else ends
    empty = bare_ends == starts
    good = (counts == fields) & (ends - starts <= MAX_ROW_BYTES)
    faults = [
        _fault(int(starts[i]) + begin, int(bare_ends[i]) + begin, int(counts[i]), fields)
        for i in np.flatnonzero(~good & ~empty)
    ]
    first, starts, bare_ends = first[good], starts[good], bare_ends[good]
    value_starts = np.empty((len(first), len(wanted)), np.int64)
    value_ends = np.empty((len(first), len(wanted)), np.int64)
    escaped = np.zeros((len(first), len(wanted)), bool)
    for j, field in enumerate(wanted):
        value_starts[:, j] = starts if field == 0 else separators[first + field - 1] + 1
        value_ends[:, j] = bare_ends if field == fields - 1 else separators[first + field]
        if len(quotes) and len(first):
            quoted = data[np.minimum(value_starts[:, j], len(data) - 1)] == _QUOTE
            quoted &= value_ends[:, j] > value_starts[:, j]
            value_starts[:, j] += quoted
            value_ends[:, j] -= quoted
            escaped[:, j] = quoted & (
                np.searchsorted(quotes, value_ends[:, j]) > np.searchsorted(quotes, value_starts[:, j])
            )
    return Cut(starts + begin, value_starts + begin, value_ends + begin, escaped, faults, 0)


def _fault(start: int, end: int, count: int, fields: int) -> Fault:
    if end - start > MAX_ROW_BYTES:
        return Fault(start, end, -1, TOO_LONG)
    return Fault(start, end, count, TOO_FEW) if count < fields else Fault(start, end, -1, TOO_MANY)


def _slowly(block: bytes, begin: int, fields: int, wanted: list[int], records: int, *, last: bool) -> Cut:
    """Cuts up to `records` records of `block[begin:]`, byte by byte where there are quotes."""
    rows: list[int] = []
    starts: list[list[int]] = []
    ends: list[list[int]] = []
    escaped: list[list[bool]] = []
    faults: list[Fault] = []
    used = begin
    while used < len(block) and records > 0:
        records -= 1
        record = _record(block, used, last=last)
        if record is None:
            break
        values, end, behind, fault = record
        if fault is not None:
            faults.append(fault)
        elif end > used or len(values) > 1:
            if len(values) == fields and end - used <= MAX_ROW_BYTES:
                rows.append(used)
                starts.append([values[field][0] for field in wanted])
                ends.append([values[field][1] for field in wanted])
                escaped.append([values[field][2] for field in wanted])
            elif _swallows_rows(block, used, end, fields):
                line_end = block.find(b"\n", used)
                faults.append(_at_line(block, used, line_end, _open_at(values, line_end), MISPLACED))
                behind = line_end + 1
            else:
                faults.append(_fault(used, end, len(values), fields))
        used = behind
    shape = (len(rows), len(wanted))
    return Cut(
        np.array(rows, np.int64),
        np.array(starts, np.int64).reshape(shape),
        np.array(ends, np.int64).reshape(shape),
        np.array(escaped, bool).reshape(shape),
        faults,
        used,
    )


_Values = list[tuple[int, int, bool]]


def _record(block: bytes, begin: int, *, last: bool) -> tuple[_Values, int, int, Fault | None] | None:
    """The values of the record at `begin`, its end, the next one's first byte, and a fault; None if incomplete."""
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
                    _behind(block, line_end),
                    _at_line(block, begin, line_end, len(values), UNCLOSED),
                )
            if closing > line_end:
                behind = block.find(b"\n", closing)
                if behind < 0 and not last:
                    return None
                value_line_end = len(block) if behind < 0 else behind
            else:
                value_line_end = line_end
            end = closing + 1
            while end < value_line_end and block[end] == _SPACE:
                end += 1
            bare = _bare(block, begin, value_line_end)
            if end < bare and block[end] != _COMMA:
                # Set aside the line only: the quote may be part of the text.
                return (
                    values,
                    line_end,
                    _behind(block, line_end),
                    _at_line(block, begin, line_end, len(values), MISPLACED),
                )
            values.append((opening + 1, closing, escaped))
            line_end = value_line_end
        else:
            bare = _bare(block, begin, line_end)
            comma = block.find(b",", at, bare)
            end = bare if comma < 0 else comma
            values.append((at, end, False))
        if end >= bare:
            return values, bare, _behind(block, line_end), None
        at = end + 1


def _open_at(values: _Values, line_end: int) -> int:
    """Index of the value that is open at the end of a line."""
    return next(number for number, (_, end, _) in enumerate(values) if end > line_end)


def _closing(block: bytes, at: int) -> tuple[int, bool]:
    """Position of the quote that closes the value at `at`, or -1; and whether the value holds doubled quotes."""
    escaped = False
    while True:
        at = block.find(b'"', at)
        if at < 0 or block[at + 1 : at + 2] != b'"':
            return at, escaped
        escaped = True
        at += 2


def _behind(block: bytes, line_end: int) -> int:
    return min(line_end + 1, len(block))


def _bare(block: bytes, begin: int, line_end: int) -> int:
    return line_end - 1 if line_end > begin and block[line_end - 1] == _RETURN else line_end


def _at_line(block: bytes, begin: int, line_end: int, field: int, reason: str) -> Fault:
    return Fault(begin, _bare(block, begin, line_end), field, reason)


def _joined(pieces: list[Cut], wanted: list[int], used: int) -> Cut:
    if len(pieces) == 1:
        pieces[0].used = used
        return pieces[0]
    empty = np.empty((0, len(wanted)), np.int64)
    return Cut(
        np.concatenate([piece.rows for piece in pieces] or [empty[:, 0]]),
        np.concatenate([piece.starts for piece in pieces] or [empty]),
        np.concatenate([piece.ends for piece in pieces] or [empty]),
        np.concatenate([piece.escaped for piece in pieces] or [empty.astype(bool)]),
        [fault for piece in pieces for fault in piece.faults],
        used,
    )
