"""Section Beyond accuracy: how much of the catalogue the model shows, how new, how diverse and how popular it is."""

from __future__ import annotations

import dataclasses

from pages import formats
from pages.blocks import Cell, Charts, table
from pages.charts.grouped import grouped_shares
from pages.section import Section

_FEWER = "not sold"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReachRanking:
    """Figures of a ranking, or of what the customers bought; None where a figure has no sense.

    Attributes:
        title: what ranks.
        is_model: whether it is the model of this run.
        coverage: share of all articles that were recommended to somebody.
        coverage_on_sale: share of the articles on sale.
        novelty_bits: mean self-information.
        diversity: mean cosine distance of two articles of a list.
        product_types: mean number of product types in a list.
        new_arrivals: share of new arrivals.
        by_decile: share of each tenth of the articles on sale, the most popular first; then of those not on sale.
    """

    title: str
    is_model: bool
    coverage: float | None
    coverage_on_sale: float | None
    novelty_bits: float | None
    diversity: float | None
    product_types: float | None
    new_arrivals: float | None
    by_decile: tuple[float, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ReachFacts:
    """Facts of the section.

    Attributes:
        customers: number of sampled customers.
        articles: number of articles.
        on_sale: number of articles sold in the window before the test week.
        window_days: days of the window.
        rankings: the model first.
    """

    customers: int
    articles: int
    on_sale: int
    window_days: int
    rankings: tuple[ReachRanking, ...]


def section(facts: ReachFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    titles = ("Coverage", "On sale", "Novelty", "Diversity", "Product types", "New arrivals")
    rows = [
        [
            Cell(formats.text(ranking.title), strong=ranking.is_model),
            *(
                Cell(value, strong=ranking.is_model)
                for value in (
                    formats.share(ranking.coverage),
                    formats.share(ranking.coverage_on_sale),
                    _places(ranking.novelty_bits, 2, " bits"),
                    _places(ranking.diversity, 3),
                    _places(ranking.product_types, 1),
                    formats.share(ranking.new_arrivals),
                )
            ),
        ]
        for ranking in facts.rankings
    ]
    note = (
        f"Coverage: share of all {formats.count(facts.articles)} articles, and of the {formats.count(facts.on_sale)} "
        f"that were sold in the {facts.window_days} days before the test week, that any of these customers got. "
        "Novelty: mean self-information, log2(customers / buyers of the article); one bit more is half as known. "
        "Diversity: mean cosine distance of two of the 12 articles, by the vectors of the towers. Product types: how "
        f"many are among the 12. New arrivals: first sold in those {facts.window_days} days, or later."
    )
    lead = (
        f"What accuracy does not show, for {formats.count(facts.customers)} customers of the test week, "
        "beside the simple baselines and what the customers bought."
    )
    figures = table("Reach of the recommendations", ("Ranking", *titles), rows, numeric=titles, note=note)
    return Section("reach", "Beyond accuracy", lead, (_deciles(facts), figures))


def _deciles(facts: ReachFacts) -> Charts:
    tenths = len(facts.rankings[0].by_decile) - 1
    labels = [*(str(number) for number in range(1, tenths + 1)), _FEWER]
    model = next((ranking for ranking in facts.rankings if ranking.is_model), facts.rankings[0])
    bought = facts.rankings[-1]
    values = [(label, [ranking.by_decile[place] for ranking in facts.rankings]) for place, label in enumerate(labels)]
    description = (
        f"{formats.share(model.by_decile[0])} of what the model recommends is of the most popular tenth of the "
        f"articles on sale; of what was bought it is {formats.share(bought.by_decile[0])}."
    )
    chart = grouped_shares(
        values,
        [formats.text(ranking.title) for ranking in facts.rankings],
        x="tenths of the articles on sale, the most popular first",
        title="Recommendations by popularity",
        description=description,
    )
    return Charts((chart,))


def _places(value: float | None, places: int, unit: str = "") -> str:
    return formats.MISSING if value is None else f"{value:.{places}f}{unit}"
