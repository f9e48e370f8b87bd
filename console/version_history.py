"""The chart of the versions' figures over time."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from console.compared_figures import interval
from console.versions import Version, as_of
from pages import formats
from pages.charts.chart import Chart
from pages.charts.history import HistoryCurve, chart_of_history

MAX_VERSIONS = 12
_CURVES = {"map_at_12": "recommended", "map_at_12/own_purchases": "own purchases", "map_at_12/popular": "popular"}


def history_chart(versions: Sequence[Version]) -> Chart | None:
    """MAP@12 of the newest versions and of the simple baselines, each on its own judged week; None below two versions.

    Args:
        versions: versions, newest first.
    """
    shown = list(versions[:MAX_VERSIONS])[::-1]
    labels = {version.number: _label(version) for version in shown}
    curves = []
    for name, title in _CURVES.items():
        found = [(labels[version.number], interval(version.figures, name)) for version in shown]
        points = tuple((label, each) for label, each in found if each is not None)
        if points:
            curves.append(HistoryCurve(title, points))
    if not curves or len(curves[0].points) < 2:
        return None
    return _drawn(tuple(curves), tuple(labels.values()))


@functools.lru_cache(maxsize=4)
def _drawn(curves: tuple[HistoryCurve, ...], labels: tuple[str, ...]) -> Chart:
    ends = [formats.metric(each.mean) for _, each in (curves[0].points[0], curves[0].points[-1])]
    return chart_of_history(
        curves,
        labels,
        axis="MAP@12, 95 % interval",
        title="MAP@12 of the versions",
        description=f"{len(labels)} versions, from {ends[0]} to {ends[1]}.",
    )


def _label(version: Version) -> str:
    """The day of the state, and the end of the number, because several versions may have the same day."""
    day = as_of(version)
    number = str(version.number)
    return f"{formats.date(day)} …{number[-4:]}" if day is not None and len(number) > 4 else number
