"""A chart of a quantity by day, with the periods of the days in colours of their own."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from pages.charts.chart import WIDE, Chart, render, rows
from pages.charts.theme import BANDS, SHORT

_HEIGHT = 180
_DAY = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True)
class Band:
    """A period of days.

    Attributes:
        name: name in the legend.
        first: first day.
        last: last day.
    """

    name: str
    first: datetime.date
    last: datetime.date


def chart_of_days(
    values: Sequence[tuple[datetime.date, float]], bands: Sequence[Band], *, unit: str, title: str, description: str
) -> Chart:
    """Draws an area with a step for each day.

    Args:
        values: days, ascending, with their values.
        bands: periods, in the order of the legend, at most three; days of no period are left out.
        unit: title of the axis of values.
        title: as in `render`.
        description: as in `render`.
    """
    import altair as alt

    steps = []
    for band in bands:
        inside = [(day, value) for day, value in values if band.first <= day <= band.last]
        steps += [{"day": day.isoformat(), "value": value, "period": band.name} for day, value in inside]
        if inside:  # the step of the last day ends a day later
            day, value = inside[-1]
            steps.append({"day": (day + _DAY).isoformat(), "value": value, "period": band.name})
    names = [band.name for band in bands]
    chart = (
        alt.Chart(rows(steps))
        .mark_area(interpolate="step-after")
        .encode(
            x=alt.X("day:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(tickCount=6, labelOverlap=True)),
            y=alt.Y("value:Q", title=unit, axis=alt.Axis(tickCount=4, labelExpr=SHORT)),
            color=alt.Color("period:N", scale=alt.Scale(domain=names, range=list(BANDS[: len(names)])), sort=names),
        )
        .properties(height=_HEIGHT)
    )
    return render(chart, width=WIDE, title=title, description=description, legend=names)
