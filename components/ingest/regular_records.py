"""Cuts records with NumPy, up to the first record with a misplaced quote.

If all quotes are placed as RFC 4180 requires, a separator is outside of quoted values if an even number of quotes
precede it.
"""

from __future__ import annotations

import numpy as np

from components.ingest.cuts import Cut
from components.ingest.faults import MAX_ROW_BYTES, holds_rows, wrong_size

_COMMA, _NEWLINE, _RETURN, _QUOTE = b',\n\r"'


def cut_regular(block: bytes, begin: int, fields: int, wanted: list[int], *, last: bool) -> Cut:
    """Cuts a block up to the first record with a misplaced quote.

    Args:
        block: bytes of the file.
        begin: position of the first byte to cut, the start of a record.
        fields: number of values in a row.
        wanted: indices of the values to locate, from 0.
        last: whether this is the last block of the file.

    Returns:
        The records. If there is a record with a misplaced quote, `used` is the bitwise complement of the position of
        its first byte, a negative number.
    """
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
        holding_rows = _first_holding_rows(block, begin, separators, line_ends, fields)
        irregular = min(filter(lambda position: position >= 0, (irregular, holding_rows)), default=-1)
    if irregular >= 0:
        line_ends = line_ends[separators[line_ends] < irregular]
    used = min(int(separators[line_ends[-1]]) + 1, len(data)) if len(line_ends) else 0
    result = _records(data, begin, separators, line_ends, quotes, fields, wanted)
    result.used = ~(used + begin) if irregular >= 0 else used + begin
    return result


def _first_irregular(data: np.ndarray, quotes: np.ndarray) -> int:
    """Returns the position of the first quote that neither opens nor closes a value and is not doubled, or -1."""
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


def _first_holding_rows(block: bytes, begin: int, separators: np.ndarray, line_ends: np.ndarray, fields: int) -> int:
    """Returns the last byte of the first record that holds whole rows in a quoted value, or -1."""
    counts = np.diff(line_ends, prepend=-1)
    for i in np.flatnonzero(counts != fields):
        start = begin + (int(separators[line_ends[i - 1]]) + 1 if i else 0)
        end = begin + int(separators[line_ends[i]])
        if holds_rows(block, start, end, fields):
            return end - 1 - begin
    return -1


def _records(
    data: np.ndarray,
    begin: int,
    separators: np.ndarray,
    line_ends: np.ndarray,
    quotes: np.ndarray,
    fields: int,
    wanted: list[int],
) -> Cut:
    """Returns the rows and faults between `separators`; the separators at the indices `line_ends` end records."""
    first = np.concatenate([[0], line_ends[:-1] + 1])[: len(line_ends)]  # index of the first separator of each record
    counts = line_ends - first + 1
    ends = separators[line_ends]
    starts = np.concatenate([[0], ends[:-1] + 1])[: len(ends)]
    bare_ends = ends - ((ends > starts) & (data[np.maximum(ends - 1, 0)] == _RETURN)) if len(ends) else ends
    empty = bare_ends == starts
    good = (counts == fields) & (ends - starts <= MAX_ROW_BYTES)
    faults = [
        wrong_size(int(starts[i]) + begin, int(bare_ends[i]) + begin, int(counts[i]), fields)
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
