"""Section Importance: what the ranking loses if the values of features are exchanged between candidates."""

from __future__ import annotations

import dataclasses

from pages import formats
from pages.blocks import Block, Cell, Charts, Row, table
from pages.charts.intervals import IntervalRow, chart_of_intervals
from pages.interval import Interval
from pages.section import Section

_MAIN = "MAP@12"
_MAX_ROWS = 20
# The families of features in words; an unknown one keeps its name.
FAMILIES = {
    "article": "sales of the article",
    "customer": "the customer's habits",
    "pair": "the customer's past and the article",
    "rebuys": "how often articles are bought again",
    "needs": "need of the product type",
    "outlook": "outlook of the article",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Drop:
    """The importance of a group of features.

    Attributes:
        name: name of the family or the feature.
        drops: by title of the metric, what it loses: the mean of the repeats, the smallest and the largest.
    """

    name: str
    drops: dict[str, Interval]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImportanceFacts:
    """Facts of the section.

    Attributes:
        lists: number of candidate lists.
        with_a_positive: number of them with an article that was bought.
        repeats: number of permutations of each group.
        all_features: number of features that were tried.
        intact: figures of the intact features on these lists, by title of the metric.
        families: families of features.
        features: the most important features.
    """

    lists: int
    with_a_positive: int
    repeats: int
    all_features: int
    intact: dict[str, float]
    families: tuple[Drop, ...]
    features: tuple[Drop, ...]


def section(facts: ImportanceFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    # Few, however many there are: a chart grows with its rows.
    families = [(FAMILIES.get(drop.name, _words(drop.name)), drop) for drop in _sorted(facts.families)[:_MAX_ROWS]]
    features = [(_words(drop.name), drop) for drop in _sorted(facts.features)[:_MAX_ROWS]]
    lead = (
        "How much the order of the candidates depends on each feature: its values are exchanged between the candidates "
        f"of {formats.count(facts.lists)} customers of the test week. The intact features reach {_MAIN} "
        f"{formats.metric(facts.intact[_MAIN])} there."
    )
    note = (
        f"Mean of {facts.repeats} permutations; lines and small print are their smallest and largest drop. The sample "
        f"has {formats.count(facts.with_a_positive)} lists with an article that was bought. Features that say much the "
        "same replace one another, so a single one can look unimportant. Each is exchanged with its relative form. The "
        f"{len(features)} features shown lost most of {facts.all_features} in a first pass."
    )
    blocks = (
        *_kind("Families of features", families, note=""),
        *_kind("Single features", features, note=note),
    )
    return Section("importance", "Importance of the features", lead, blocks)


def _kind(title: str, drops: list[tuple[str, Drop]], *, note: str) -> list[Block]:
    if not drops:
        return []
    rows = [IntervalRow(name, drop.drops[_MAIN]) for name, drop in drops]
    first, drop = drops[0]
    chart = chart_of_intervals(
        rows,
        axis=f"drop of {_MAIN}",
        title=title,
        description=f"Without {formats.text(first)}, {_MAIN} falls by {formats.metric(drop.drops[_MAIN].mean)}.",
        differences=True,
    )
    metrics = tuple(drop.drops)
    cells: list[Row] = [
        [formats.text(name), *(Cell(formats.signed(i.mean), note=i.bounds(signed=True)) for i in drop.drops.values())]
        for name, drop in drops
    ]
    numeric = tuple(f"Drop of {metric}" for metric in metrics)
    listed = table(f"{title}: all figures", ("Features", *numeric), cells, numeric=numeric, note=note, folded=True)
    return [Charts((chart,)), listed]


def _sorted(drops: tuple[Drop, ...]) -> list[Drop]:
    return sorted(drops, key=lambda drop: -drop.drops[_MAIN].mean)


def _words(name: str) -> str:
    return formats.text(name.replace("_", " "))
