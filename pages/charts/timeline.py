"""A chart of steps that follow one another, as bars over time."""

from __future__ import annotations

from collections.abc import Sequence

from pages.charts.chart import WIDE, Chart, render, rows
from pages.charts.theme import FONT_SIZE, INK, SERIES

_ROW = 20
_LIGHT = "var(--series-light)"
DONE, CACHED = "run", "from the cache"


def timeline(steps: Sequence[tuple[str, float, bool]], *, title: str, description: str) -> Chart:
    """Draws a bar for each step, from the end of the step before.

    Args:
        steps: name, seconds, and whether it was taken from the cache, in the order of the steps.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    points, start = [], 0.0
    for name, seconds, cached in steps:
        state = CACHED if cached else DONE
        points.append({"step": name, "start": start, "end": start + seconds, "state": state})
        start += seconds
    colour = alt.Scale(domain=[DONE, CACHED], range=[SERIES[0], _LIGHT])
    y = alt.Axis(labelColor=INK, labelFontSize=FONT_SIZE, grid=False)
    chart = (
        alt.Chart(rows(points))
        .mark_bar(height={"band": 0.66}, minBandSize=2)
        .encode(
            x=alt.X("start:Q", title="seconds", axis=alt.Axis(tickCount=6, grid=True)),
            x2="end:Q",
            y=alt.Y("step:N", sort=[name for name, *_ in steps], title=None, axis=y),
            color=alt.Color("state:N", scale=colour, sort=[DONE, CACHED]),
        )
        .properties(height=_ROW * max(len(points), 1))
    )
    return render(chart, width=WIDE, title=title, description=description)
