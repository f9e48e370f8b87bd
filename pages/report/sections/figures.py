"""Section Figures: the model beside its baselines with 95 % intervals, by slice, and over the last versions."""

from __future__ import annotations

import dataclasses
import datetime

from pages import formats
from pages.blocks import Block, Cell, Charts, Heading, Note, Notes, Row, table
from pages.charts.intervals import IntervalRow, chart_of_intervals
from pages.interval import Interval
from pages.section import Section

_MAX_SLICES, _MAX_VERSIONS = 40, 12
_MAIN = "MAP@12"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RankingFacts:
    """Figures of a ranking.

    Attributes:
        title: what ranks.
        is_model: whether it is the model of this run.
        metrics: figures by title of the metric.
    """

    title: str
    is_model: bool
    metrics: dict[str, Interval]


@dataclasses.dataclass(frozen=True, kw_only=True)
class SliceFacts:
    """Figures of a slice of the customers.

    Attributes:
        feature: the column, such as `age_group`.
        value: its value.
        customers: number of customers.
        map_at_12: MAP@12 of the model.
        difference: its paired difference from the better simple baseline of the slice.
    """

    feature: str
    value: str
    customers: int
    map_at_12: Interval
    difference: Interval


@dataclasses.dataclass(frozen=True, kw_only=True)
class VersionFacts:
    """Figures with which a version was pushed.

    Attributes:
        number: number of the version.
        judged: first day of its test week.
        map_at_12: MAP@12 in that week.
        difference: paired difference from the better simple baseline.
        is_this: whether this run pushed it.
    """

    number: str
    judged: datetime.date | None
    map_at_12: Interval
    difference: Interval | None
    is_this: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class FiguresFacts:
    """Facts of the section.

    Attributes:
        customers: number of customers who bought in the test week.
        rankings: the model first, then what it is compared with.
        differences: paired differences of the model's MAP@12, by what they are from.
        slices: slices, those of a feature together.
        versions: the last versions, oldest first.
    """

    customers: int
    rankings: tuple[RankingFacts, ...]
    differences: dict[str, Interval]
    slices: tuple[SliceFacts, ...]
    versions: tuple[VersionFacts, ...]


def section(facts: FiguresFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    blocks = [_chart(facts), _rankings(facts), _differences(facts), *_slices(facts), *_versions(facts)]
    lead = (
        f"Means over the {formats.count(facts.customers)} customers who bought in the test week, with 95 % intervals. "
        "No judged weight has seen a purchase of that week."
    )
    return Section("figures", "Figures", lead, tuple(blocks))


def _chart(facts: FiguresFacts) -> Block:
    rows = [IntervalRow(ranking.title, ranking.metrics[_MAIN], ranking.is_model) for ranking in facts.rankings]
    best = max(facts.rankings, key=lambda ranking: ranking.metrics[_MAIN].mean)
    description = (
        f"Highest: {formats.text(best.title)}, {formats.metric(best.metrics[_MAIN].mean)}. Lines are 95 % intervals."
    )
    return Charts((chart_of_intervals(rows, axis=_MAIN, title=f"{_MAIN} by ranking", description=description),))


def _rankings(facts: FiguresFacts) -> Block:
    titles = tuple(facts.rankings[0].metrics)
    rows = [
        [
            Cell(formats.text(ranking.title), strong=ranking.is_model),
            *(
                Cell(formats.metric(interval.mean), note=interval.bounds(), strong=ranking.is_model)
                for interval in ranking.metrics.values()
            ),
        ]
        for ranking in facts.rankings
    ]
    return table("All metrics", ("Ranking", *titles), rows, numeric=titles)


def _differences(facts: FiguresFacts) -> Block:
    words = {1: ("better beyond chance", "good"), 0: ("not beyond chance", "muted"), -1: ("worse beyond chance", "bad")}
    rows: list[Row] = []
    for title, interval in facts.differences.items():
        word, tone = words[interval.sign]
        cells = [formats.signed(interval.mean), interval.bounds(signed=True) or formats.MISSING]
        rows.append([f"against {title}", *cells, Cell(word, tone, strong=True)])  # type: ignore[arg-type]
    note = (
        "Each customer's average precision under the model minus that under the other ranking. The pairs remove the "
        "variance between customers, so these intervals are narrower than those of two means."
    )
    numeric = ("Difference", "95 % interval")
    return table(f"Paired differences of {_MAIN}", ("Model", *numeric, "Judgement"), rows, numeric=numeric, note=note)


def _slices(facts: FiguresFacts) -> list[Block]:
    if not facts.slices:
        return [Notes((Note("There are no figures by slice: the test week has no customers."),))]
    shown = facts.slices[:_MAX_SLICES]
    rows = [IntervalRow(f"{s.feature}: {s.value} ({formats.count(s.customers)})", s.difference) for s in shown]
    worse = [f"{s.feature} {s.value}" for s in shown if s.difference.sign < 0]
    found = f"Worse beyond chance: {', '.join(worse)}." if worse else "In no slice is the model worse beyond chance."
    chart = chart_of_intervals(
        rows,
        axis=f"paired difference of {_MAIN}",
        title="Difference from the better simple baseline, by slice",
        description=f"{found} The number of customers is in brackets. Lines are 95 % intervals.",
        differences=True,
    )
    numeric = ("Customers", _MAIN, "Difference")
    cells: list[Row] = [
        [
            formats.text(f"{s.feature}: {s.value}"),
            formats.count(s.customers),
            Cell(formats.metric(s.map_at_12.mean), note=s.map_at_12.bounds()),
            Cell(formats.signed(s.difference.mean), note=s.difference.bounds(signed=True)),
        ]
        for s in shown
    ]
    heading = Heading("Slices", "The gates do not use them: a small slice would fail any threshold by chance.")
    return [heading, Charts((chart,)), table("All slices", ("Slice", *numeric), cells, numeric=numeric, folded=True)]


def _versions(facts: FiguresFacts) -> list[Block]:
    if not facts.versions:
        return []
    shown = facts.versions[-_MAX_VERSIONS:]
    rows: list[Row] = [
        [
            Cell(version.number, note="this run" if version.is_this else "", strong=version.is_this),
            formats.date(version.judged),
            Cell(formats.metric(version.map_at_12.mean), note=version.map_at_12.bounds()),
            Cell(formats.signed(version.difference.mean), note=version.difference.bounds(signed=True))
            if version.difference
            else formats.MISSING,
        ]
        for version in reversed(shown)
    ]
    titles = ("Version", "Test week from", _MAIN, "Difference from the better simple baseline")
    note = "Each version was judged in its own test week; the difference is easier to compare than the figure itself."
    heading = Heading("Versions", "The versions in the served folder with the figures they were pushed with.")
    charts: list[Block] = []
    compared = [version for version in shown if version.difference is not None]
    if len(compared) > 1:
        points = [
            IntervalRow(f"{version.number}", version.difference, version.is_this)
            for version in compared
            if version.difference is not None
        ]
        newest = compared[-1].difference
        assert newest is not None
        charts.append(
            Charts(
                (
                    chart_of_intervals(
                        points,
                        axis=f"paired difference of {_MAIN}",
                        title="Difference from the better simple baseline, by version",
                        description=f"Newest last: {formats.signed(newest.mean)}. Lines are 95 % intervals.",
                        differences=True,
                    ),
                )
            )
        )
    return [heading, *charts, table("Last versions", titles, rows, numeric=titles[2:], note=note)]
