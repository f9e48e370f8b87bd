"""A chart of several curves over one number, such as a loss over epochs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pages.charts.chart import NARROW, Chart, render, rows
from pages.charts.theme import SERIES

_HEIGHT = 180


@dataclasses.dataclass(frozen=True)
class Curve:
    """A curve.

    Attributes:
        name: name in the legend.
        points: abscissa and ordinate, ascending.
    """

    name: str
    points: tuple[tuple[float, float], ...]


def chart_of_curves(
    curves: Sequence[Curve],
    *,
    x: str,
    y: str,
    title: str,
    description: str,
    whole: bool = True,
    width: int = NARROW,
) -> Chart:
    """Draws the curves, with a mark at each point.

    Args:
        curves: at most four curves have colours of their own; of more, the first are light and the last is dark.
        x: title of the abscissa.
        y: title of the ordinate.
        title: as in `render`.
        description: as in `render`.
        whole: whether the abscissa counts, so that its ticks are whole numbers.
        width: as in `render`.
    """
    import altair as alt

    names = [curve.name for curve in curves]
    values = [{"x": a, "y": b, "curve": curve.name} for curve in curves for a, b in curve.points]
    last = max((point[0] for curve in curves for point in curve.points), default=1)
    few = len(curves) <= len(SERIES)
    colours = list(SERIES[: len(names)]) if few else ["var(--line-strong)"] * (len(names) - 1) + [SERIES[0]]
    legend = alt.Legend() if 1 < len(names) <= len(SERIES) else None
    ticks = alt.Axis(values=_whole_ticks(int(last)), format="d") if whole else alt.Axis(tickCount=5)
    chart = (
        alt.Chart(rows(values))
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=28) if len(values) <= 60 else False)
        .encode(
            x=alt.X("x:Q", title=x, axis=ticks, scale=alt.Scale(zero=False, nice=False, padding=8)),
            y=alt.Y("y:Q", title=y, axis=alt.Axis(tickCount=5), scale=alt.Scale(zero=False)),
            color=alt.Color("curve:N", scale=alt.Scale(domain=names, range=colours), sort=names, legend=legend),
        )
        .properties(height=_HEIGHT)
    )
    return render(chart, width=width, title=title, description=description, legend=names)


def _whole_ticks(last: int) -> list[int]:
    """Whole numbers from 1 to `last`, at most about eight.

    >>> _whole_ticks(3), _whole_ticks(20)
    ([1, 2, 3], [1, 4, 7, 10, 13, 16, 19])
    """
    return list(range(1, last + 1, max(-(-last // 8), 1)))
