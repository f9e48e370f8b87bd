"""What is known before a day of what goes together, and the inputs of the look model.

The candidates of a group are its most bought articles of the last 28 days. An input is a number of a pair of an anchor
article and a candidate; see `LookFacts.inputs`.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from components.features.look_affinity import Affinity, count_affinity
from components.features.look_catalogue import LookCatalogue
from components.features.look_pairs import Baskets, count_pairs, npmi, sum_by
from components.features.look_sales import Sales
from components.features.look_tastes import Tastes
from components.features.purchases import Purchases
from transforms import columns
from transforms.looks import CONTENT_KINDS, LOOK_ATTRIBUTES, LOOK_KINDS, SALES_INPUTS, TASTE_INPUTS

MAX_GROUPS = 40  # the most bought
CANDIDATES = 500  # of a group
POPULAR_DAYS = (1, 7, 28)
PAIR_SCALE = 4.0
POPULARITY_INPUTS = (*(f"purchases_{days}d" for days in POPULAR_DAYS), "purchases_paired")
PAIR_INPUTS = ("article_count", "article_npmi", "product_count", "product_npmi")
INPUTS = (*POPULARITY_INPUTS, *PAIR_INPUTS, *SALES_INPUTS, *CONTENT_KINDS, *LOOK_ATTRIBUTES, *TASTE_INPUTS)
GROUP_INPUTS = ("purchases", *LOOK_ATTRIBUTES)


class LookFacts:
    """Facts before a day.

    Args:
        purchases: all purchases; only those before the day are read.
        catalogue: the articles.
        sales: sales before the day.
        day: day number.
        window_days: days before it whose baskets count.

    Attributes:
        kind: the column that groups articles: the first of `LOOK_KINDS` in which at least two groups have candidates.
            None if there is none; then there are no groups.
        groups: `[articles]` int32 code of the group, -1 for articles of no group or of one that is not kept.
        kept: `[groups kept]` int32 codes of the groups, most bought first.
        candidates: for each kept group, article rows `[n]` int32, most bought first.
        purchases: `[articles]` purchases in each of `POPULAR_DAYS`, `[3, articles]`.
        pairs: `[articles, articles]` counts of pairs in one basket, and `pairs_npmi` their NPMI.
        products: `[products, products]` counts, and `products_npmi` their NPMI.
        affinities: for each of `LOOK_ATTRIBUTES`.
    """

    def __init__(self, purchases: Purchases, catalogue: LookCatalogue, sales: Sales, day: int, window_days: int):
        self.catalogue, self.sales, self.day = catalogue, sales, day
        counts = [
            np.bincount(purchases.article_rows[purchases.between(day - days, day)], minlength=catalogue.size)
            for days in POPULAR_DAYS
        ]
        self.purchases = np.stack(counts).astype(np.float32)
        self.kind = next((kind for kind in LOOK_KINDS if self._sold_groups(kind) > 1), None)
        codes = catalogue.codes[self.kind] if self.kind else np.full(catalogue.size, -1, np.int32)
        self.kept, self.groups = self._most_bought(codes)
        self.candidates = [self._most_bought_of(code) for code in self.kept]
        baskets = Baskets.read(purchases, day - window_days, day)
        self.pairs = count_pairs(baskets, self.groups, day)
        product_codes = catalogue.codes[columns.PRODUCT_CODE]
        self.products = sum_by(self.pairs, product_codes, len(catalogue.names[columns.PRODUCT_CODE]))
        self.pairs_npmi, self.products_npmi = npmi(self.pairs), npmi(self.products)
        self.affinities: dict[str, Affinity] = {
            name: count_affinity(self.pairs, self.groups, catalogue.frequent(name)) for name in LOOK_ATTRIBUTES
        }

    def inputs(self, position: int, anchors: np.ndarray, tastes: Tastes) -> np.ndarray:
        """Computes the inputs of anchors and all candidates of a group.

        Args:
            position: position of the group in `kept`.
            anchors: `[n]` int32 article rows.
            tastes: tastes of the n customers who ask.

        Returns:
            `[n, candidates, len(INPUTS)]` float32: logarithms of purchases; counts and NPMI of pairs in one basket, of
            articles and of products; how both are sold; cosines of pictures and texts; affinities of attributes; and
            the customer's taste.
        """
        rows = self.candidates[position]
        shape = (len(anchors), len(rows))
        products = self.catalogue.codes[columns.PRODUCT_CODE]
        values = [np.broadcast_to(each, shape) for each in self.popularity_inputs(rows)]
        for counts, information, ends in (
            (self.pairs, self.pairs_npmi, (anchors, rows)),
            (self.products, self.products_npmi, (products[anchors], products[rows])),
        ):
            values.append(count_input(_block(counts, *ends)))
            values.append(_block(information, *ends))
        values += [self.sales.channel_affinity(anchors, rows), self.sales.price_distance(anchors, rows)]
        values += [vectors[anchors] @ vectors[rows].T for vectors in self.catalogue.content.values()]
        for affinity in self.affinities.values():
            values.append(affinity.of_cells[affinity.codes[anchors]][:, affinity.cells[rows]])
        values += tastes.inputs(rows)
        return np.stack(values, axis=-1).astype(np.float32)

    def popularity_inputs(self, rows: np.ndarray) -> np.ndarray:
        """Returns the inputs that depend on the candidate alone, `[len(POPULARITY_INPUTS), len(rows)]` float32."""
        paired = count_input(np.asarray(self.pairs[rows].sum(axis=1)).reshape(1, -1))
        return np.concatenate([np.log1p(self.purchases[:, rows]), paired])

    def same_product(self, anchors: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Returns whether articles are variants of anchors, `[len(anchors), len(rows)]` bool."""
        products = self.catalogue.codes[columns.PRODUCT_CODE]
        return products[anchors][:, None] == products[rows][None, :]

    def group_inputs(self, anchors: np.ndarray) -> np.ndarray:
        """Computes the inputs of anchors and all kept groups, `[n, groups kept, len(GROUP_INPUTS)]` float32."""
        shape = (len(anchors), len(self.kept))
        values = [np.broadcast_to(self.group_popularity(), shape)]
        values += [each.of_groups[each.codes[anchors]][:, self.kept] for each in self.affinities.values()]
        return np.stack(values, axis=-1).astype(np.float32)

    def group_popularity(self) -> np.ndarray:
        """Returns the logarithm of one more than the purchases of each kept group in 28 days."""
        known = self.groups >= 0
        counts = np.bincount(self.groups[known], self.purchases[-1][known], minlength=self.kept.max(initial=-1) + 1)
        return np.log1p(counts[self.kept])

    def _sold_groups(self, kind: str) -> int:
        codes = self.catalogue.codes[kind]
        return len(np.unique(codes[(codes >= 0) & (self.purchases[-1] > 0)]))

    def _most_bought(self, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The most bought groups, and the group of each article among them."""
        size = int(codes.max(initial=-1)) + 1
        counts = np.bincount(codes[codes >= 0], self.purchases[-1][codes >= 0], minlength=size)
        order = np.argsort(-counts, kind="stable")[:MAX_GROUPS]
        kept = order[counts[order] > 0].astype(np.int32)
        return kept, np.where(np.isin(codes, kept), codes, -1).astype(np.int32)

    def _most_bought_of(self, group: int) -> np.ndarray:
        rows = np.flatnonzero((self.groups == group) & (self.purchases[-1] > 0))
        order = np.lexsort((rows, *(-self.purchases[i][rows] for i in range(len(POPULAR_DAYS)))))
        return rows[order][:CANDIDATES].astype(np.int32)


def count_input(counts: np.ndarray) -> np.ndarray:
    """Returns the input of time-decayed counts of pairs, of their shape."""
    return np.log1p(PAIR_SCALE * counts)


def _block(matrix: sp.csr_matrix, rows: np.ndarray, cols: np.ndarray) -> np.ndarray:
    """Returns `[len(rows), len(cols)]` values of a sparse matrix."""
    return matrix[rows][:, cols].toarray()
