"""Linear next basket: how much each article of a customer's past predicts what they buy in the following week.

One ridge regression, learned from all weeks before a state's day: from the past of the customers who bought in a week
to their purchases of the week. Its weights are a neighbour table: the score of an article is the sum over the articles
of the past of strength times weight. Unlike counts of pairs, the weights are net of what the other articles of the past
explain.
"""

import functools
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import scipy.linalg
import scipy.sparse as sp

from components.features.config import FeaturesConfig
from components.features.purchases import Purchases
from transforms.features import PAST_CEILING, PAST_FLOOR

FORGETTING = 0.95  # a week counts this much for each later one
RIDGE = 1.0
_SEED = 0
_BLOCK = 256  # rows of the weights that are sorted at once


class NextBasket:
    """The regression, learned week by week.

    Args:
        purchases: purchases of all days. A state reads only those before its day.
        days: day numbers of the states, ascending. The regression keeps only articles that one of them needs, so its
            size does not depend on the catalogue's.
        config: settings `next_basket_*` and the half-life.
        label_days: length of a week, in days.
    """

    def __init__(self, purchases: Purchases, days: Sequence[int], config: FeaturesConfig, label_days: int):
        self._purchases, self._label_days, self._config = purchases, label_days, config
        self._num_articles = int(purchases.article_rows.max(initial=-1)) + 1
        self._kept = functools.reduce(np.union1d, [self._most_bought(day) for day in days])
        self._random = np.random.default_rng(_SEED)
        first = int(purchases.days.min(initial=days[0]))
        # The first week with a past; all weeks end on the day of a state or whole weeks before.
        self._next = days[0] - label_days * ((days[0] - first) // label_days - 1)
        self._gram: sp.csr_matrix = sp.csr_matrix((len(self._kept),) * 2, dtype=np.float32)
        self._moment = self._gram.copy()

    def learn(self, as_of: int) -> None:
        """Learns from all weeks that end on or before a day and were not learned yet."""
        while self._next + self._label_days <= as_of:
            self._learn_week(self._next)
            self._next += self._label_days

    def neighbours(self, as_of: int, count: int) -> pa.Table:
        """Solves the regression on the weeks learned.

        Args:
            as_of: day number of the state; `learn` was called for it and for no later day.
            count: neighbours kept for each article: those with the largest absolute weights.

        Returns:
            Columns `article_row`, `neighbour_row` (int32) and `score` (float32), sorted by article and score.
        """
        chosen = np.searchsorted(self._kept, self._most_bought(as_of))
        known = chosen[self._gram.diagonal()[chosen] > 0]
        if not len(known):
            return _table(*(np.zeros(0, np.int32),) * 2, np.zeros(0, np.float32))
        gram = self._gram[known][:, known].toarray(order="F")  # LAPACK's order, so that nothing is copied
        gram[np.diag_indices(len(known))] += RIDGE
        factor = scipy.linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        moment = self._moment[known][:, chosen].toarray(order="F")
        weights = scipy.linalg.cho_solve(factor, moment, overwrite_b=True, check_finite=False)
        count = min(count, len(chosen))
        blocks = [_strongest(weights[i : i + _BLOCK], count) for i in range(0, len(known), _BLOCK)]
        strongest, scores = (np.concatenate(each) for each in zip(*blocks, strict=True))
        articles, neighbours = self._kept[known], self._kept[chosen[strongest]]
        return _table(np.repeat(articles, count), neighbours.ravel(), scores.ravel())

    def _learn_week(self, day: int) -> None:
        p = self._purchases
        customers = np.unique(p.customer_rows[p.between(day, day + self._label_days)])
        if len(customers) > self._config.next_basket_customers:
            customers = np.sort(self._random.choice(customers, self._config.next_basket_customers, replace=False))
        at = p.of_customers(customers)
        past = self._past(customers, at[p.days[at] < day], day)[:, self._kept]
        at = at[(p.days[at] >= day) & (p.days[at] < day + self._label_days)]
        bought = self._matrix(customers, at, np.ones(len(at), np.float32))
        bought.data[:] = 1.0
        weight = sp.diags(1.0 / np.sqrt(np.maximum(np.asarray(bought.sum(axis=1)).ravel(), 1.0)).astype(np.float32))
        self._gram = self._gram * FORGETTING + past.T @ (weight @ past)
        self._moment = self._moment * FORGETTING + past.T @ (weight @ bought[:, self._kept])

    def _past(self, customers: np.ndarray, at: np.ndarray, day: int) -> sp.csr_matrix:
        """The past of customers before a day, one row each: capped strengths of unit length."""
        strengths = (0.5 ** ((day - self._purchases.days[at]) / self._config.half_life_days) + PAST_FLOOR).astype(
            np.float32
        )
        past = self._matrix(customers, at, strengths)
        past.data = np.minimum(past.data, PAST_CEILING)
        lengths = np.sqrt(np.asarray(past.multiply(past).sum(axis=1)).ravel())
        return sp.diags((1.0 / np.maximum(lengths, 1e-9)).astype(np.float32)) @ past

    def _matrix(self, customers: np.ndarray, at: np.ndarray, values: np.ndarray) -> sp.csr_matrix:
        """Sums the values of purchases by customer and article, `[len(customers), num_articles]`."""
        rows = np.searchsorted(customers, self._purchases.customer_rows[at])
        shape = (len(customers), self._num_articles)
        return sp.coo_matrix((values, (rows, self._purchases.article_rows[at])), shape=shape, dtype=np.float32).tocsr()

    def _most_bought(self, as_of: int) -> np.ndarray:
        p = self._purchases
        recent = (p.days < as_of) & (p.days >= as_of - self._config.next_basket_window_days)
        counts = np.bincount(p.article_rows[recent], minlength=self._num_articles)
        order = np.argsort(-counts, kind="stable")[: self._config.next_basket_articles]
        return np.sort(order[counts[order] > 0])


def _strongest(weights: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns and values of the `count` largest absolute weights of each row, the largest weight first."""
    columns = np.argpartition(-np.abs(weights), count - 1, axis=1)[:, :count]
    values = np.take_along_axis(weights, columns, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)


def _table(articles: np.ndarray, neighbours: np.ndarray, scores: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "article_row": articles.astype(np.int32),
            "neighbour_row": neighbours.astype(np.int32),
            "score": scores.astype(np.float32),
        }
    )
