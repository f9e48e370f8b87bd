"""Geometry of a bar chart of weeks, which a template draws as SVG without scripts or style attributes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from console.articles import Week

WIDTH, HEIGHT = 720, 150
_BASE, _TOP, _LEFT = 126, 14, 40
_MAX_BAR, _GAP = 24.0, 0.22


@dataclasses.dataclass(frozen=True)
class Bar:
    """A bar in the chart's coordinates, with its week."""

    x: float
    y: float
    width: float
    height: float
    week: Week


@dataclasses.dataclass(frozen=True)
class Bars:
    """A chart: its bars, and the axis lines as pairs of y and units."""

    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]


def weekly_bars(weeks: Sequence[Week]) -> Bars:
    """Places a bar for each week, on an axis from 0 to a round number above the maximum.

    Args:
        weeks: weeks, oldest first.
    """
    if not weeks:
        return Bars((), ())
    top = _round_up(max(week.units for week in weeks))
    step = min((WIDTH - _LEFT) / len(weeks), _MAX_BAR)
    scale = (_BASE - _TOP) / top
    bars = tuple(
        Bar(
            round(_LEFT + number * step + step * _GAP / 2, 1),
            round(_BASE - week.units * scale, 1),
            round(step * (1 - _GAP), 1),
            round(week.units * scale, 1),
            week,
        )
        for number, week in enumerate(weeks)
    )
    values = (0, top // 2, top) if top % 2 == 0 else (0, top)
    return Bars(bars, tuple((round(_BASE - value * scale, 1), value) for value in values))


def _round_up(value: int) -> int:
    """The smallest of 1, 2, 4, 10, 20, 40, 100, ... that is not below a value.

    >>> [_round_up(value) for value in (0, 1, 3, 11, 40, 41)]
    [1, 1, 4, 20, 40, 100]
    """
    magnitude = 1
    while True:
        for factor in (1, 2, 4):
            if factor * magnitude >= value:
                return factor * magnitude
        magnitude *= 10
