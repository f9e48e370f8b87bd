"""What is bought together in one basket across groups: time-decayed counts of pairs of articles, and their NPMI.

A basket is what a customer buys on a day. It counts `0.5 ** (age / HALF_LIFE_DAYS)`, shared out so that each of its
articles counts once: a pair counts `1 / (articles - 1)` of the basket.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import scipy.sparse as sp

from components.features.purchases import Purchases

HALF_LIFE_DAYS = 30.0
MAX_ARTICLES = 40  # of a basket; larger ones say little about what goes together
MAX_BASKETS = 400_000  # the newest ones


@dataclasses.dataclass(frozen=True)
class Baskets:
    """Baskets of at least two articles.

    Attributes:
        starts: `[baskets + 1]` int64 start of each basket in `article_rows`.
        article_rows: `[n]` int32.
        customer_rows: `[baskets]` int32.
        days: `[baskets]` int32.
    """

    starts: np.ndarray
    article_rows: np.ndarray
    customer_rows: np.ndarray
    days: np.ndarray

    def __len__(self) -> int:
        return len(self.days)

    @classmethod
    def read(cls, purchases: Purchases, first: int, end: int) -> Baskets:
        """Reads the newest baskets, at most `MAX_BASKETS`.

        Args:
            purchases: all purchases.
            first: day number; earlier baskets are not read.
            end: day number; baskets of this day and later ones are not read.
        """
        at = np.sort(purchases.between(first, end))
        customers, days = purchases.customer_rows[at], purchases.days[at]
        # Purchases are sorted by customer only; days within a customer need not be.
        order = np.lexsort((days, customers))
        at, customers, days = at[order], customers[order], days[order]
        new = np.ones(len(at), bool)
        new[1:] = (customers[1:] != customers[:-1]) | (days[1:] != days[:-1])
        starts = np.flatnonzero(new)
        sizes = np.diff(np.append(starts, len(at)))
        kept = np.flatnonzero((sizes > 1) & (sizes <= MAX_ARTICLES))
        newest = np.argsort(-days[starts[kept]], kind="stable")[:MAX_BASKETS]
        kept = np.sort(kept[newest])
        inside = np.zeros(len(starts), bool)
        inside[kept] = True
        rows = purchases.article_rows[at[np.repeat(inside, sizes)]]
        of_first = starts[kept]
        return cls(np.append(0, np.cumsum(sizes[kept])), rows, customers[of_first], days[of_first])


def count_pairs(baskets: Baskets, groups: np.ndarray, day: int) -> sp.csr_matrix:
    """Counts pairs of articles of two groups in one basket.

    Args:
        baskets: baskets before the day.
        groups: `[articles]` int32 group of each article; -1 is none, and pairs with nothing.
        day: day number from which ages count.

    Returns:
        `[articles, articles]` float32, symmetrical.
    """
    sizes = np.diff(baskets.starts)
    weights = 0.5 ** ((day - baskets.days) / HALF_LIFE_DAYS) / (sizes - 1)
    shape = (len(baskets), len(groups))
    ones = np.ones(len(baskets.article_rows), np.float32)
    contents = sp.csr_matrix((ones, baskets.article_rows, baskets.starts), shape=shape)
    pairs = (contents.T @ (sp.diags(weights.astype(np.float32)) @ contents)).tocoo()
    ends = groups[pairs.row], groups[pairs.col]
    across = (ends[0] != ends[1]) & (ends[0] >= 0) & (ends[1] >= 0)
    return sp.csr_matrix((pairs.data[across], (pairs.row[across], pairs.col[across])), shape=pairs.shape)


def sum_by(pairs: sp.csr_matrix, codes: np.ndarray, size: int) -> sp.csr_matrix:
    """Sums the counts of articles by a code of both ends, such as their products.

    Args:
        pairs: `[articles, articles]`.
        codes: `[articles]` int32, at least 0.
        size: number of codes.

    Returns:
        `[size, size]` float32.
    """
    ends = pairs.tocoo()
    shape = (size, size)
    return sp.coo_matrix((ends.data, (codes[ends.row], codes[ends.col])), shape=shape).tocsr()


def npmi(pairs: sp.csr_matrix) -> sp.csr_matrix:
    """Computes the normalised pointwise mutual information of pairs (Bouma, 2009), lowered for rare pairs.

    `log(p(a, b) / (p(a) p(b))) / -log(p(a, b)) * c / (c + 1)`, where c is the count of the pair and p its share of all.
    The last factor is the discount of Pantel and Lin (2002).

    Args:
        pairs: `[n, n]` counts, symmetrical.

    Returns:
        `[n, n]` float32 in [-1, 1] with the same entries as `pairs`; a pair that was never counted has none.
    """
    total, ends = pairs.sum(), pairs.tocoo()
    of_one = np.asarray(pairs.sum(axis=1)).ravel()
    count = ends.data.astype(np.float64)
    share = count / max(total, 1e-9)
    information = np.log(count * total / np.maximum(of_one[ends.row] * of_one[ends.col], 1e-30))
    values = information / np.maximum(-np.log(share), 1e-9) * count / (count + 1.0)
    return sp.csr_matrix((np.clip(values, -1.0, 1.0).astype(np.float32), (ends.row, ends.col)), shape=pairs.shape)
