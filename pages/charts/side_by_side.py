"""A chart of horizontal bars in pairs: the shares of two distributions."""

from __future__ import annotations

from collections.abc import Sequence

from pages.charts.chart import NARROW, Chart, render, rows
from pages.charts.theme import FONT_SIZE, INK, SERIES

_ROW = 26
_CHARACTERS = 24


def side_by_side(
    values: Sequence[tuple[str, float, float]], series: tuple[str, str], *, title: str, description: str
) -> Chart:
    """Draws two bars for each label, in the given order.

    Args:
        values: labels with the share of the first and of the second distribution, in [0, 1].
        series: names of the distributions in the legend.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    labels = [_label(number, label) for number, (label, _, _) in enumerate(values)]
    points = [
        {"label": label, "series": name, "share": share}
        for label, (_, *shares) in zip(labels, values, strict=True)
        for name, share in zip(series, shares, strict=True)
    ]
    names = list(series)
    y = alt.Axis(labelColor=INK, labelFontSize=FONT_SIZE, grid=False)
    colours = alt.Scale(domain=names, range=[SERIES[1], SERIES[0]])
    chart = (
        alt.Chart(rows(points))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title=None, axis=alt.Axis(tickCount=3, format=".0%", grid=True)),
            y=alt.Y("label:N", sort=labels, title=None, axis=y),
            yOffset=alt.YOffset("series:N", sort=names),
            color=alt.Color("series:N", title=None, sort=names, scale=colours, legend=alt.Legend(columns=1)),
        )
        .properties(height=_ROW * max(len(labels), 1))
    )
    return render(chart, width=NARROW, title=title, description=description)


def _label(number: int, label: str) -> str:
    shown = label if len(label) <= _CHARACTERS else f"{label[: _CHARACTERS - 1]}…"
    return shown + "\u200b" * number  # equal labels would share a row
