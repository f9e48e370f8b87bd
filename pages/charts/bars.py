"""Charts of bars: a histogram of numbers, and the most frequent values of a text column."""

from __future__ import annotations

from collections.abc import Sequence

from pages.charts.chart import NARROW, Chart, render, rows
from pages.charts.theme import FONT_SIZE, INK, SERIES, SHORT

_HEIGHT, _ROW = 120, 20
_CHARACTERS, _LARGE = 24, 10_000


def histogram(buckets: Sequence[tuple[float, float, float]], *, title: str, description: str) -> Chart:
    """Draws the buckets of a histogram.

    Args:
        buckets: low bound, high bound and count of each.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    large = max((abs(high) for _, high, _ in buckets), default=0) >= _LARGE
    values = [{"low": low, "high": high, "count": count} for low, high, count in buckets]
    chart = (
        alt.Chart(rows(values))
        .mark_bar(color=SERIES[0], binSpacing=1)
        .encode(
            x=alt.X("low:Q", title=None, bin="binned", axis=alt.Axis(tickCount=4, format="~s" if large else ".4~g")),
            x2="high:Q",
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickCount=3, labelExpr=SHORT)),
        )
        .properties(height=_HEIGHT)
    )
    return render(chart, width=NARROW, title=title, description=description)


def bars(values: Sequence[tuple[str, float]], *, title: str, description: str) -> Chart:
    """Draws a horizontal bar for each value, in the given order.

    Args:
        values: labels and lengths.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    points = [{"label": _label(number, label), "value": value} for number, (label, value) in enumerate(values)]
    order = [str(point["label"]) for point in points]
    y = alt.Axis(labelColor=INK, labelFontSize=FONT_SIZE, grid=False)
    chart = (
        alt.Chart(rows(points))
        .mark_bar(color=SERIES[0], height={"band": 0.66})
        .encode(
            x=alt.X("value:Q", title=None, axis=alt.Axis(tickCount=3, labelExpr=SHORT, grid=True)),
            y=alt.Y("label:N", sort=order, title=None, axis=y),
        )
        .properties(height=_ROW * max(len(points), 1))
    )
    return render(chart, width=NARROW, title=title, description=description)


def _label(number: int, label: str) -> str:
    shown = label if len(label) <= _CHARACTERS else f"{label[: _CHARACTERS - 1]}…"
    return shown + "\u200b" * number  # equal labels would share a row
