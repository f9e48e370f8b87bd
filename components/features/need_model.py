"""Fits the need model of one kind of groups: the probability that a customer buys from a group in the next week.

A logistic regression over (customer, group), learned from the weeks before a state's day. The population is every
customer with a purchase before the week. Buyers of the week and other customers are sampled separately, and so are the
groups that a customer neither owns nor bought; weights correct for both.
"""

import collections
import dataclasses
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

from components.features.config import FeaturesConfig
from components.features.group_history import GroupHistory
from components.features.logistic import fit_logistic
from components.features.next_basket import NextBasket
from components.features.purchases import Purchases
from transforms.needs import NEED_INPUTS, NEED_WEEKS, NeedFacts, need_inputs

WEEKS = 13  # weeks that a state's model is learned from
CUSTOMERS = 150  # sampled in each week, of the buyers and of the others
OTHER_GROUPS = 40  # sampled of the groups that a customer neither owns nor bought
NEIGHBOURS = 100  # groups kept for each group in the linear next basket
MAX_GROUPS = 1_000  # groups in the linear next basket: the most bought
RIDGE = 1.0
_SEED = 0


@dataclasses.dataclass(frozen=True)
class NeedTables:
    """The need model of one kind as of a day.

    Attributes:
        intercept: log odds.
        weights: `[len(NEED_INPUTS)]` float64 of the inputs.
        popularity: `[len(NEED_WEEKS), groups]` float64 log shares of a week's buyers who bought from the group.
        neighbours: the linear next basket over groups; columns as `NextBasket.neighbours`, rows are group codes.
    """

    intercept: float
    weights: np.ndarray
    popularity: np.ndarray
    neighbours: pa.Table


@dataclasses.dataclass(frozen=True)
class _Week:
    """Pairs of (customer, group) of one week: inputs `[n, inputs]`, labels `[n]` and sampling weights `[n]`."""

    inputs: np.ndarray
    labels: np.ndarray
    weights: np.ndarray


class NeedModel:
    """The model of one kind, learned week by week.

    Args:
        purchases: purchases of all days. A state reads only those before its day.
        codes: `[articles]` int32 group code of each article; -1 is none.
        count: number of groups.
        days: day numbers of the states, ascending, whole weeks apart.
        config: history length, half-life and settings of the next basket.
        label_days: length of a week, in days.
    """

    def __init__(
        self,
        purchases: Purchases,
        codes: np.ndarray,
        count: int,
        days: Sequence[int],
        config: FeaturesConfig,
        label_days: int,
    ):
        self._codes = np.where(codes >= 0, codes, count).astype(np.int32)  # articles without a group form one more
        self._purchases, self._count, self._config, self._label_days = purchases, count, config, label_days
        self._starts = np.flatnonzero(np.diff(purchases.customer_rows, prepend=-1))
        first = int(purchases.days.min(initial=days[0]))
        weeks = [days[0] - label_days * number for number in range(WEEKS, 0, -1)]
        self._next = next((day for day in weeks if day > first), days[0])
        self._weeks: collections.deque[_Week] = collections.deque(maxlen=WEEKS)
        self._weekly: dict[int, tuple[np.ndarray, int]] = {}
        of_groups = purchases.with_articles(self._codes[purchases.article_rows])
        self._next_basket = NextBasket(
            of_groups,
            list(range(self._next, days[-1] + 1, label_days)),
            config.replace(next_basket_articles=min(config.next_basket_articles, MAX_GROUPS)),
            label_days,
        )

    def learn(self, as_of: int) -> None:
        """Learns from all weeks that end on or before a day and were not learned yet."""
        while self._next + self._label_days <= as_of:
            self._weeks.append(self._week(self._next))
            self._next += self._label_days

    def tables(self, as_of: int) -> NeedTables:
        """Fits the weeks learned.

        Without a week in which a sampled customer bought, the probability is the popularity of the group.

        Args:
            as_of: day number of the state; `learn` was called for it and for no later day.
        """
        popularity = self._popularity(as_of)
        neighbours = self._neighbours(as_of)
        labels = np.concatenate([week.labels for week in self._weeks]) if self._weeks else np.zeros(0)
        if not 0 < labels.sum() < len(labels):
            weights = np.array([float(name == "popularity_4w") for name in NEED_INPUTS])
            return NeedTables(0.0, weights, popularity, neighbours)
        inputs, sampling = (
            np.concatenate([getattr(week, name) for week in self._weeks]) for name in ("inputs", "weights")
        )
        weights, intercept = fit_logistic(inputs, labels, sampling, RIDGE)
        return NeedTables(intercept, weights, popularity, neighbours)

    def _week(self, day: int) -> _Week:
        """Samples customers and groups of the week from `day`; the inputs are those of the state of `day`."""
        purchases, random = self._purchases, np.random.default_rng([_SEED, day % 2**32])
        in_week = purchases.between(day, day + self._label_days)
        customers, customer_weights = self._sample(day, np.unique(purchases.customer_rows[in_week]), random)
        at = in_week[np.isin(purchases.customer_rows[in_week], customers)]
        at = at[self._codes[purchases.article_rows[at]] < self._count]
        bought = np.unique(
            self._keys(np.searchsorted(customers, purchases.customer_rows[at]), self._codes[purchases.article_rows[at]])
        )
        history = GroupHistory.read(purchases, customers, day, self._codes, self._count + 1, self._config)
        owned = history.keys[history.keys % (self._count + 1) < self._count]
        kept = np.union1d(owned, bought)
        drawn = np.setdiff1d(self._draw(len(customers), random), kept)
        keys = np.concatenate([kept, drawn])
        rows = keys // (self._count + 1)
        left = self._count - np.bincount(kept // (self._count + 1), minlength=len(customers))
        of_drawn = np.bincount(drawn // (self._count + 1), minlength=len(customers))
        weights = customer_weights[rows]
        weights[len(kept) :] *= (left / np.maximum(of_drawn, 1))[rows[len(kept) :]]
        inputs = pair_inputs(history, keys, self._popularity(day), self._neighbours(day))
        return _Week(inputs, np.isin(keys, bought).astype(float), weights)

    def _sample(self, day: int, buyers: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Samples customers with a purchase before the day: rows, ascending, and weights."""
        known = self._purchases.customer_rows[self._starts[self._purchases.days[self._starts] < day]]
        bought = np.isin(known, buyers)
        rows, weights = [], []
        for group in (known[bought], known[~bought]):
            chosen = group if len(group) <= CUSTOMERS else random.choice(group, CUSTOMERS, replace=False)
            rows.append(chosen)
            weights.append(np.full(len(chosen), len(group) / max(len(chosen), 1)))
        order = np.argsort(np.concatenate(rows))
        return np.concatenate(rows)[order], np.concatenate(weights)[order]

    def _draw(self, customers: int, random: np.random.Generator) -> np.ndarray:
        """Draws groups for each customer: sorted keys."""
        if self._count <= OTHER_GROUPS:
            return np.arange(customers * (self._count + 1))[
                np.tile(np.arange(self._count + 1) < self._count, customers)
            ]
        groups = random.integers(0, self._count, (customers, OTHER_GROUPS))
        return np.unique(self._keys(np.arange(customers)[:, None], groups))

    def _keys(self, rows: np.ndarray, groups: np.ndarray) -> np.ndarray:
        """Customer position and group code as one number."""
        return rows.astype(np.int64) * (self._count + 1) + groups

    def _neighbours(self, day: int) -> pa.Table:
        self._next_basket.learn(day)
        return self._next_basket.neighbours(day, NEIGHBOURS)

    def _popularity(self, day: int) -> np.ndarray:
        """Returns the log shares of a week's buyers who bought from each group, `[len(NEED_WEEKS), groups]`."""
        shares = []
        for weeks in NEED_WEEKS:
            counted = [self._counted(day - self._label_days * number) for number in range(1, weeks + 1)]
            buyers, active = (sum(values) for values in zip(*counted, strict=True))
            shares.append(np.log((buyers + 1.0) / (active + 10.0)))
        return np.stack(shares)

    def _counted(self, day: int) -> tuple[np.ndarray, int]:
        """Customers who bought from each group in the week from `day`, `[groups]`, and customers who bought."""
        if day not in self._weekly:
            at = self._purchases.between(day, day + self._label_days)
            rows, customers = np.unique(self._purchases.customer_rows[at], return_inverse=True)
            pairs = np.unique(self._keys(customers, self._codes[self._purchases.article_rows[at]]))
            buyers = np.bincount(pairs % (self._count + 1), minlength=self._count + 1)[: self._count]
            self._weekly[day] = (buyers, len(rows))
        return self._weekly[day]


def pair_inputs(history: GroupHistory, keys: np.ndarray, popularity: np.ndarray, neighbours: pa.Table) -> np.ndarray:
    """Computes the inputs of pairs of (customer, group) as the model is fitted on them.

    Args:
        history: groups that the customers own; its last group stands for articles without a group.
        keys: `[pairs]` int64 keys as in `GroupHistory`, of no article without a group.
        popularity: as in `NeedTables`.
        neighbours: as in `NeedTables`.

    Returns:
        `[pairs, len(NEED_INPUTS)]` float64.
    """
    ends = (neighbours["article_row"].to_numpy(), neighbours["neighbour_row"].to_numpy())
    weights = sp.csr_matrix((neighbours["score"].to_numpy().astype(float), ends), shape=(history.groups,) * 2)
    scores = history.past() @ weights
    scores.sort_indices()
    score_keys = np.repeat(np.arange(scores.shape[0]), np.diff(scores.indptr)) * history.groups + scores.indices
    rows, groups = np.divmod(keys, history.groups)
    of_group, of_customer = ("strength", "ownership", "days_since"), ("baskets", "purchases", "days_since_purchase")
    facts = NeedFacts(
        **{name: _lookup(history.keys, getattr(history, name), keys) for name in of_group},
        **{name: getattr(history, name)[rows] for name in (*of_customer, "span_days")},
        neighbour_score=_lookup(score_keys, scores.data, keys),
        popularity=tuple(popularity[:, groups]),
    )
    return np.stack(list(need_inputs(np, facts).values()), axis=1)


def _lookup(keys: np.ndarray, values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Returns the values of wanted keys; 0 for those that are not in `keys`, which ascend."""
    if not len(keys):
        return np.zeros(len(wanted))
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], 0.0)
