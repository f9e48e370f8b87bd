"""Tables of the state for the signature `complete_the_look`: the look model with its weights folded in.

The utility of a candidate is a sum; each table holds one part of it:

look_groups       `kind` (the column that groups), `group_code`, `name`, `score`: the groups, most bought first
look_candidates   `group_code`, `article_row`, `score` of its popularity, `ratio_<i>`: its share of channel i over the
                  shop's; sorted by group in the order of `look_groups`, most bought first
look_pairs        `article_row`, `neighbour_row`, `score` of the counts and NPMI of article and product, strongest first
look_affinities   `attribute`, `value_code`, `group_code`, `partner_code`, `score`; the partner code `NO_CODE` stands
                  for the group as a whole
look_articles     `log_price` (null without a sale) and `channel_<i>`, the share of channel i, of all articles
look_weights      `input`, `weight` of each input; `choices` is the number of baskets' choices they were fitted on

In a shop of one group of each of `LOOK_KINDS`, nothing completes a look: the first four tables are empty.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from components.features.config import FeaturesConfig
from components.features.look_catalogue import LookCatalogue
from components.features.look_facts import GROUP_INPUTS, INPUTS, PAIR_INPUTS, POPULARITY_INPUTS, LookFacts, count_input
from components.features.look_model import (
    MAX_CHOICES,
    Examples,
    LookWeights,
    article_examples,
    fit,
    group_examples,
    read_choices,
)
from components.features.look_pairs import Baskets
from components.features.look_sales import Sales
from components.features.look_tastes import Tastes
from components.features.purchases import Purchases
from transforms import columns
from transforms.looks import LOOK_ATTRIBUTES, NO_CODE

MAX_WEEKS = 4  # weeks before the state's day that the weights are fitted on, until MAX_CHOICES are found
NEIGHBOURS = 32  # of an article in look_pairs
_BLOCK = 4096  # articles whose pairs are joined at once
_SEED = 0


class Looks:
    """Writes the tables of several days.

    Args:
        purchases: purchases of all days. A state reads only those before its day.
        catalogue: the articles.
        sales: returns the sales of the last days before a day: arguments are the day and the number of days.
        config: the half-life, and the window of bought-together.
        label_days: length of a week, in days.
    """

    def __init__(
        self,
        purchases: Purchases,
        catalogue: LookCatalogue,
        sales: Callable[[int, int], Sales],
        config: FeaturesConfig,
        label_days: int,
    ):
        self._purchases, self._catalogue, self._sales = purchases, catalogue, sales
        self._config, self._label_days = config, label_days

    def tables(self, as_of: int) -> dict[str, pa.Table]:
        """Fits the model on the weeks before a day and returns the tables of its state.

        Args:
            as_of: day number.
        """
        weights, facts = fit(self.examples(as_of)), self.facts(as_of)
        return {
            "look_groups": _groups(facts, weights),
            "look_candidates": _candidates(facts, weights),
            "look_pairs": _pairs(facts, weights),
            "look_affinities": _affinities(facts, weights),
            "look_articles": _articles(facts.sales),
            "look_weights": _weights(weights),
        }

    def examples(self, as_of: int) -> list[tuple[Examples, Examples]]:
        """Returns what the weights are fitted on: examples of articles and of groups for each week, the last one first.

        Args:
            as_of: day number.
        """
        weeks: list[tuple[Examples, Examples]] = []
        missing, first = MAX_CHOICES, int(self._purchases.days.min(initial=as_of))
        for number in range(1, MAX_WEEKS + 1):
            day = as_of - number * self._label_days
            if missing <= 0 or day <= first:
                break
            facts, random = self.facts(day), np.random.default_rng([_SEED, day % 2**32])
            baskets = Baskets.read(self._purchases, day, day + self._label_days)
            choices = read_choices(baskets, facts, missing, random)
            missing -= len(choices)
            if len(choices):
                tastes = self.tastes(choices.customers, day)
                weeks.append((article_examples(choices, facts, tastes, random), group_examples(choices, facts)))
        return weeks

    def facts(self, day: int) -> LookFacts:
        """Returns the facts before a day."""
        window_days = self._config.together_window_days
        return LookFacts(self._purchases, self._catalogue, self._sales(day, window_days), day, window_days)

    def tastes(self, customers: np.ndarray, day: int) -> Tastes:
        """Returns the tastes of customers, `[n]` int32 rows, before a day."""
        return Tastes.read(self._purchases, customers, day, self._catalogue, self._config.half_life_days)


def _groups(facts: LookFacts, weights: LookWeights) -> pa.Table:
    names = facts.catalogue.names[facts.kind] if facts.kind else []
    score = weights.groups[GROUP_INPUTS.index("purchases")] * facts.group_popularity()
    return pa.table(
        {
            "kind": pa.array([facts.kind] * len(facts.kept), pa.string()),
            "group_code": pa.array(facts.kept, pa.int32()),
            "name": pa.array([names[code] for code in facts.kept], pa.string()),
            "score": pa.array(score, pa.float32()),
        }
    )


def _candidates(facts: LookFacts, weights: LookWeights) -> pa.Table:
    rows = np.concatenate([np.zeros(0, np.int32), *facts.candidates])
    lengths = [len(each) for each in facts.candidates]
    of_popularity = weights.articles[[INPUTS.index(name) for name in POPULARITY_INPUTS]]
    ratios = facts.sales.ratios[rows]
    return pa.table(
        {
            "group_code": pa.array(np.repeat(facts.kept, lengths), pa.int32()),
            "article_row": pa.array(rows, pa.int32()),
            "score": pa.array(of_popularity @ facts.popularity_inputs(rows), pa.float32()),
            **{f"ratio_{i}": pa.array(ratios[:, i]) for i in range(ratios.shape[1])},
        }
    )


def _pairs(facts: LookFacts, weights: LookWeights) -> pa.Table:
    """The `NEIGHBOURS` strongest candidates of each article, by their absolute score."""
    products = facts.catalogue.codes[columns.PRODUCT_CODE]
    candidates = np.concatenate([np.zeros(0, np.int32), *facts.candidates])
    by_name = dict(zip(INPUTS, weights.articles, strict=True))
    count, information, product_count, product_information = (by_name[name] for name in PAIR_INPUTS)
    of_articles = _scored(facts.pairs, facts.pairs_npmi, count, information)[:, candidates]
    of_products = _scored(facts.products, facts.products_npmi, product_count, product_information)
    of_products = of_products[:, products[candidates]]
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = [(*(np.zeros(0, np.int32),) * 2, np.zeros(0, np.float32))]
    for first in range(0, facts.catalogue.size, _BLOCK):
        block = slice(first, min(first + _BLOCK, facts.catalogue.size))
        scores = (of_articles[block] + of_products[products[block]]).tocoo()
        rows, cols, values = scores.row + first, scores.col, scores.data
        apart = (facts.groups[rows] != facts.groups[candidates[cols]]) & (products[rows] != products[candidates[cols]])
        rows, cols, values = rows[apart], cols[apart], values[apart]
        order = np.lexsort((cols, -np.abs(values), rows))
        rows, cols, values = rows[order], cols[order], values[order]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        kept = place < NEIGHBOURS
        parts.append((rows[kept], candidates[cols[kept]], values[kept]))
    rows, neighbours, values = (np.concatenate(each) for each in zip(*parts, strict=True))
    return pa.table(
        {
            "article_row": rows.astype(np.int32),
            "neighbour_row": neighbours.astype(np.int32),
            "score": values.astype(np.float32),
        }
    )


def _scored(counts: sp.csr_matrix, npmi: sp.csr_matrix, of_count: float, of_npmi: float) -> sp.csr_matrix:
    scaled = counts.copy()
    scaled.data = (of_count * count_input(counts.data)).astype(np.float32)
    return scaled + npmi * np.float32(of_npmi)


def _affinities(facts: LookFacts, weights: LookWeights) -> pa.Table:
    tables = []
    for name in LOOK_ATTRIBUTES:
        affinity = facts.affinities[name]
        of_cells = weights.articles[INPUTS.index(name)] * affinity.of_cells[:-1, :-1]
        of_groups = weights.groups[GROUP_INPUTS.index(name)] * affinity.of_groups[:-1][:, facts.kept]
        partners = np.concatenate([affinity.cell_codes, np.full(len(facts.kept), NO_CODE)])
        groups = np.concatenate([affinity.cell_groups, facts.kept])
        scores = np.concatenate([of_cells, of_groups], axis=1)
        values, at = np.nonzero(scores)
        tables.append(
            pa.table(
                {
                    "attribute": pa.array([name] * len(at), pa.string()),
                    "value_code": pa.array(values, pa.int32()),
                    "group_code": pa.array(groups[at], pa.int32()),
                    "partner_code": pa.array(partners[at], pa.int32()),
                    "score": pa.array(scores[values, at], pa.float32()),
                }
            )
        )
    return pa.concat_tables(tables)


def _articles(sales: Sales) -> pa.Table:
    channels = {f"channel_{i}": pa.array(sales.mix[:, i]) for i in range(sales.mix.shape[1])}
    return pa.table({"log_price": pa.array(sales.log_prices, from_pandas=True), **channels})


def _weights(weights: LookWeights) -> pa.Table:
    groups = [f"group_{name}" for name in GROUP_INPUTS]
    values = [*weights.articles, *weights.groups, float(weights.choices)]
    return pa.table({"input": [*INPUTS, *groups, "choices"], "weight": pa.array(values, pa.float32())})
