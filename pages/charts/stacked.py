"""A chart of horizontal bars of two parts each."""

from __future__ import annotations

from collections.abc import Sequence

from pages.charts.chart import MIDDLE, Chart, render, rows
from pages.charts.theme import FONT_SIZE, INK, SERIES

_ROW = 24
_LIGHT = "var(--series-light)"


def stacked_shares(
    values: Sequence[tuple[str, float, float]], parts: tuple[str, str], *, title: str, description: str
) -> Chart:
    """Draws a bar for each row, from its first part to its second, with an axis in percent.

    Args:
        values: label, first part and second part of each row, as shares in [0, 1].
        parts: names of both parts in the legend.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    points = [
        {"label": label, "part": part, "share": share, "order": order}
        for label, *shares in values
        for order, (part, share) in enumerate(zip(parts, shares, strict=True))
    ]
    colour = alt.Scale(domain=list(parts), range=[SERIES[0], _LIGHT])
    y = alt.Axis(labelColor=INK, labelFontSize=FONT_SIZE, grid=False)
    chart = (
        alt.Chart(rows(points))
        .mark_bar(height={"band": 0.66})
        .encode(
            x=alt.X("sum(share):Q", title=None, axis=alt.Axis(tickCount=5, format=".0%", grid=True)),
            y=alt.Y("label:N", sort=[label for label, *_ in values], title=None, axis=y),
            color=alt.Color("part:N", scale=colour, sort=list(parts)),
            order=alt.Order("order:Q"),
        )
        .properties(height=_ROW * max(len(values), 1))
    )
    return render(chart, width=MIDDLE, title=title, description=description, legend=parts)
