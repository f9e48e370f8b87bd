"""Cuts a block of CSV bytes into records and values; returns positions, no copies.

The format is RFC 4180 with `\\n` or `\\r\\n` as line end. A value that begins with a quote ends with one; a quote
inside an unquoted value is an ordinary character; spaces around a quoted value are ignored. Empty lines hold no record.

`cut_regular` cuts most blocks with NumPy. From the first misplaced quote on, `cut_irregular` cuts byte by byte.
"""

from __future__ import annotations

from components.ingest.cuts import Cut, join_cuts
from components.ingest.irregular_records import cut_irregular
from components.ingest.regular_records import cut_regular

_IRREGULAR_RECORDS = 64  # minimum number of records that `cut_irregular` cuts in one call


def cut(block: bytes, fields: int, wanted: list[int], *, last: bool) -> Cut:
    """Cuts `block`, which begins with a record.

    Args:
        block: bytes of the file.
        fields: number of values in a row.
        wanted: indices of the values to locate, from 0.
        last: whether this is the last block of the file, whose end also ends a record.
    """
    pieces: list[Cut] = []
    used, irregular_records = 0, _IRREGULAR_RECORDS
    while used < len(block):
        piece = cut_regular(block, used, fields, wanted, last=last)
        pieces.append(piece)
        irregular = piece.used < 0
        used = ~piece.used if irregular else piece.used
        if used == len(block) or not (irregular or last):
            break
        piece = cut_irregular(block, used, fields, wanted, irregular_records, last=last)
        pieces.append(piece)
        if piece.used == used:  # the record continues in the next block
            break
        used = piece.used
        irregular_records *= 2
    return join_cuts(pieces, wanted, used)
