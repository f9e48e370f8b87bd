"""A chart of vertical bars in groups: several shares for each label."""

from __future__ import annotations

from collections.abc import Sequence

from pages.charts.chart import MIDDLE, Chart, render, rows
from pages.charts.theme import SERIES

_HEIGHT = 200


def grouped_shares(
    values: Sequence[tuple[str, Sequence[float]]], series: Sequence[str], *, x: str, title: str, description: str
) -> Chart:
    """Draws a bar for each series at each label, with an axis in percent.

    Args:
        values: labels with a share in [0, 1] of each series.
        series: names of the series in the legend, at most four.
        x: title of the axis of labels.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    points = [
        {"label": label, "series": name, "share": share}
        for label, shares in values
        for name, share in zip(series, shares, strict=True)
    ]
    order, names = [label for label, _ in values], list(series)
    chart = (
        alt.Chart(rows(points))
        .mark_bar()
        .encode(
            x=alt.X("label:N", sort=order, title=x, axis=alt.Axis(labelAngle=0, labelOverlap=False)),
            xOffset=alt.XOffset("series:N", sort=names),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(tickCount=4, format=".0%")),
            color=alt.Color("series:N", scale=alt.Scale(domain=names, range=list(SERIES[: len(names)])), sort=names),
        )
        .properties(height=_HEIGHT)
    )
    return render(chart, width=MIDDLE, title=title, description=description, legend=names)
