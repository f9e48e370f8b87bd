"""The result of cutting a block of CSV bytes: positions of rows and values, and records that are not rows."""

from __future__ import annotations

import dataclasses

import numpy as np

from components.ingest.faults import Fault


@dataclasses.dataclass
class Cut:
    """Records of a block, in order.

    Attributes:
        rows: `[rows]` int64 position of the first byte of each row.
        starts: `[rows, wanted]` int64 position of the first byte of each wanted value, after its quote.
        ends: `[rows, wanted]` int64 position after the last byte of each wanted value, before its quote.
        escaped: `[rows, wanted]` bool, whether the value holds doubled quotes.
        faults: records that are not rows.
        used: number of bytes cut; the remaining bytes are a record that continues in the next block.
    """

    rows: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    escaped: np.ndarray
    faults: list[Fault]
    used: int


def join_cuts(pieces: list[Cut], wanted: list[int], used: int) -> Cut:
    """Joins the cuts of the parts of a block.

    Args:
        pieces: cuts of consecutive parts.
        wanted: indices of the located values.
        used: number of bytes cut in all.
    """
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
