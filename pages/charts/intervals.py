"""A forest plot: figures as points with their 95 % intervals as lines, one row each."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pages.charts.chart import MIDDLE, Chart, render, rows
from pages.charts.theme import BAD, FONT_SIZE, GOOD, GRID, INK, NEUTRAL, SERIES
from pages.interval import Interval

_ROW = 26
_CHARACTERS = 34


@dataclasses.dataclass(frozen=True)
class IntervalRow:
    """A row.

    Attributes:
        label: name at the left.
        interval: the figure.
        emphasis: whether the row is the one that the others are compared with.
    """

    label: str
    interval: Interval
    emphasis: bool = False


def chart_of_intervals(
    intervals: Sequence[IntervalRow],
    *,
    axis: str,
    title: str,
    description: str,
    differences: bool = False,
    width: int = MIDDLE,
) -> Chart:
    """Draws the rows in their order.

    Args:
        intervals: rows; one without bounds is drawn as a point.
        axis: title of the axis.
        title: as in `render`.
        description: as in `render`.
        differences: whether the figures are differences: adds a line at 0, and colours rows that lie on one side of it.
        width: as in `render`.
    """
    import altair as alt

    points = [_point(number, row, differences) for number, row in enumerate(intervals)]
    order = [point["label"] for point in points]
    y = alt.Y(
        "label:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelColor=INK, labelFontSize=FONT_SIZE, grid=False, offset=4),
    )
    x = alt.X("mean:Q", title=axis, axis=alt.Axis(tickCount=5, grid=True), scale=alt.Scale(zero=True, nice=True))
    colour = alt.Color("colour:N", scale=None)
    base = alt.Chart(rows(points))
    bounded = [point for point in points if "low" in point]
    layers = [base.mark_circle(size=64, opacity=1).encode(x=x, y=y, color=colour)]
    if bounded:
        line = alt.Chart(rows(bounded)).mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, color=colour)
        layers.insert(0, line)
    if differences:
        layers.insert(0, alt.Chart(rows([{"zero": 0}])).mark_rule(color=GRID, strokeWidth=1.5).encode(x="zero:Q"))
    chart = alt.layer(*layers).properties(height=_ROW * max(len(points), 1))
    return render(chart, width=width, title=title, description=description)


def _point(number: int, row: IntervalRow, differences: bool) -> dict:
    label = row.label if len(row.label) <= _CHARACTERS else f"{row.label[: _CHARACTERS - 1]}…"
    # Equal labels would share a row; a zero-width space keeps them apart.
    point = {"label": label + "\u200b" * number, "mean": row.interval.mean, "colour": _colour(row, differences)}
    if row.interval.is_bounded:
        point |= {"low": row.interval.low, "high": row.interval.high}
    return point


def _colour(row: IntervalRow, differences: bool) -> str:
    if differences:
        return {1: GOOD, 0: NEUTRAL, -1: BAD}[row.interval.sign]
    return SERIES[0] if row.emphasis else NEUTRAL
