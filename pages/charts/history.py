"""A chart of figures with their 95 % intervals over versions, oldest first."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pages.charts.chart import WIDE, Chart, render, rows
from pages.charts.theme import SERIES
from pages.interval import Interval

_HEIGHT = 200


@dataclasses.dataclass(frozen=True)
class HistoryCurve:
    """A figure of each version.

    Attributes:
        name: name in the legend.
        points: label of each version with the figure; versions without it are left out.
    """

    name: str
    points: tuple[tuple[str, Interval], ...]


def chart_of_history(
    curves: Sequence[HistoryCurve], labels: Sequence[str], *, axis: str, title: str, description: str
) -> Chart:
    """Draws a point with its interval for each figure of each version, and a line through them.

    Args:
        curves: at most four.
        labels: labels of the versions, oldest first, each one once.
        axis: title of the axis of values.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    names = [curve.name for curve in curves]
    points = [
        {"label": label, "curve": curve.name, "mean": interval.mean}
        | ({"low": interval.low, "high": interval.high} if interval.is_bounded else {})
        for curve in curves
        for label, interval in curve.points
    ]
    bounded = [point for point in points if "low" in point]
    x = alt.X("label:O", sort=list(labels), title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y = alt.Y("mean:Q", title=axis, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=False))
    colour = alt.Color(
        "curve:N",
        scale=alt.Scale(domain=names, range=list(SERIES[: len(names)])),
        sort=names,
        legend=alt.Legend() if len(names) > 1 else None,
    )
    base = alt.Chart(rows(points))
    layers = [
        base.mark_line().encode(x=x, y=y, color=colour),
        base.mark_circle(size=56, opacity=1).encode(x=x, y=y, color=colour),
    ]
    if bounded:
        bars = alt.Chart(rows(bounded)).mark_rule(strokeWidth=1.5)
        layers.insert(0, bars.encode(x=x, y=alt.Y("low:Q", title=axis), y2="high:Q", color=colour))
    chart = alt.layer(*layers).properties(height=_HEIGHT)
    return render(chart, width=WIDE, title=title, description=description, legend=names)
