"""Section Feedback: which of the shown articles were bought, with 95 % intervals by customer."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping

from pages import formats
from pages.blocks import Block, Cell, Charts, Heading, Note, Notes, Row, Tile, Tiles, Tone, table
from pages.charts.intervals import IntervalRow, chart_of_intervals
from pages.interval import Interval
from pages.section import Section

_MAX_VALUES = 20
_CHARTS = ("version", "label", "position")


@dataclasses.dataclass(frozen=True, kw_only=True)
class HitRateFacts:
    """The hit rate of a group of shown articles or answers.

    Attributes:
        value: what it is about, such as the number of a version.
        customers: number of customers.
        shown: number of shown articles or answers.
        bought: number of those that were bought.
        rate: hit rate.
    """

    value: str
    customers: int
    shown: int
    bought: int
    rate: Interval


@dataclasses.dataclass(frozen=True, kw_only=True)
class ComparisonFacts:
    """The comparison of two labels or versions.

    Attributes:
        a: hit rate of the first.
        b: hit rate of the second.
        difference: hit rate of b less that of a.
        always: the difference with the interval that is valid however often one looks.
        verdict: one line.
    """

    a: HitRateFacts
    b: HitRateFacts
    difference: Interval
    always: Interval
    verdict: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class FeedbackFacts:
    """Facts of the section.

    Attributes:
        first_day: day of the first answer.
        last_day: day of the last answer.
        data_last_day: last day with purchases.
        days: number of days in which a purchase counts.
        left_out: number of logged answers that do not count, by reason.
        articles: hit rate of the shown articles.
        answers: share of the answers with a purchase.
        groups: hit rates by name of a property.
        comparison: comparison of two labels or versions; None for none.
    """

    first_day: datetime.date
    last_day: datetime.date
    data_last_day: datetime.date
    days: int
    left_out: Mapping[str, int]
    articles: HitRateFacts
    answers: HitRateFacts
    groups: Mapping[str, tuple[HitRateFacts, ...]]
    comparison: ComparisonFacts | None = None


def section(facts: FeedbackFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    lead = (
        f"What customers bought within {facts.days} days of the articles that the model servers showed them from "
        f"{formats.dates(facts.first_day, facts.last_day)}. Some of it they would have bought without seeing it."
    )
    blocks: list[Block] = [_tiles(facts), *_comparison(facts), *_charts(facts), *_tables(facts)]
    left_out = [f"{formats.count(count)} {reason}" for reason, count in facts.left_out.items() if count]
    if left_out:
        blocks.append(Notes((Note(f"Left out: {', '.join(left_out)}."),)))
    return Section("feedback", "Feedback", lead, tuple(blocks))


def _tiles(facts: FeedbackFacts) -> Tiles:
    return Tiles(
        (
            Tile("Bought of the shown articles", formats.share(facts.articles.rate.mean), _bounds(facts.articles.rate)),
            Tile("Answers with a purchase", formats.share(facts.answers.rate.mean), _bounds(facts.answers.rate)),
            Tile("Shown articles", formats.count(facts.articles.shown)),
            Tile("Customers", formats.count(facts.articles.customers)),
        )
    )


def _bounds(rate: Interval) -> str:
    return f"{formats.share(rate.low)} to {formats.share(rate.high)}"


def _comparison(facts: FeedbackFacts) -> list[Block]:
    found = facts.comparison
    if found is None:
        return []
    tone: Tone = {1: "good", 0: "muted", -1: "bad"}[found.always.sign or found.difference.sign]  # type: ignore[assignment]
    rows = [_row(found.a), _row(found.b)]
    rows.append(
        [
            "Difference",
            *[""] * 3,
            Cell(formats.signed(found.difference.mean), note=found.difference.bounds(signed=True), strong=True),
        ]
    )
    numeric = ("Customers", "Shown", "Bought", "Hit rate")
    note = (
        f"Interval of the difference that holds for repeated looks: {found.always.bounds(signed=True)}. The customers "
        "are the units of all intervals."
    )
    caption = f"{formats.text(found.b.value)} against {formats.text(found.a.value)}"
    verdict = f"{found.verdict[:1].upper()}{found.verdict[1:]}."
    return [
        Heading("Comparison"),
        Notes((Note(formats.text(verdict), tone),)),
        table(caption, ("Label or version", *numeric), rows, numeric=numeric, note=note),
    ]


def _charts(facts: FeedbackFacts) -> list[Block]:
    charts = []
    for name in _CHARTS:
        rates = facts.groups.get(name, ())
        rates = rates[-_MAX_VALUES:] if name == "version" else rates[:_MAX_VALUES]
        if len(rates) < 2:
            continue
        best = max(rates, key=lambda rate: rate.rate.mean)
        charts.append(
            chart_of_intervals(
                [IntervalRow(f"{name} {formats.text(rate.value)}", rate.rate) for rate in rates],
                axis="hit rate",
                title=f"Hit rate by {name}",
                description=f"Highest: {formats.text(best.value)}, {formats.metric(best.rate.mean)}. Lines are 95 % "
                "intervals.",
            )
        )
    return [Charts(tuple(charts))] if charts else []


def _tables(facts: FeedbackFacts) -> list[Block]:
    numeric = ("Customers", "Shown", "Bought", "Hit rate")
    return [
        table(
            f"By {name}",
            (name.capitalize(), *numeric),
            [_row(rate) for rate in rates[:_MAX_VALUES]],
            numeric=numeric,
            folded=True,
        )
        for name, rates in facts.groups.items()
        if rates
    ]


def _row(rate: HitRateFacts) -> Row:
    counts = (formats.count(count) for count in (rate.customers, rate.shown, rate.bought))
    return [formats.text(rate.value), *counts, Cell(formats.metric(rate.rate.mean), note=rate.rate.bounds())]
