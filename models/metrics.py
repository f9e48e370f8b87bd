"""Precision, recall, NDCG and MAP at k of recommendation lists, and bootstrap intervals of their means.

Every metric is computed per customer, over customers who bought something; the figure of a model is the mean. MAP is
Kaggle's: divided by min(distinct articles bought, k). If an article is recommended twice, only the first place counts
as a hit. This module uses NumPy only and does not import TensorFlow.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

K = 12
METRICS = ("map_at_12", "ndcg_at_12", "precision_at_12", "recall_at_12")
Floats = npt.NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)


@dataclasses.dataclass(frozen=True)
class Interval:
    """A mean over customers and the bounds of its bootstrap interval."""

    mean: float
    low: float
    high: float


def hit_matrix(
    recommended: Sequence[Sequence[str]], bought: Sequence[Collection[str]], k: int = K
) -> npt.NDArray[np.bool_]:
    """Returns which of the first `k` recommendations were bought.

    >>> hit_matrix([["b", "a", "a", "z"]], [{"a", "c"}], k=4)
    array([[False,  True, False, False]])

    Args:
        recommended: article ids of each customer, best first; ids after the first `k` are ignored.
        bought: articles each customer bought, customers in the same order; sets are fastest.
        k: number of recommendations that count.

    Returns:
        `[num_customers, k]` bool.

    Raises:
        ValueError: `recommended` and `bought` differ in length.
    """
    if len(recommended) != len(bought):
        raise ValueError(
            f"recommended and bought must be of the same customers. Received: {len(recommended)} and {len(bought)}"
        )
    hits = np.zeros((len(bought), k), dtype=bool)
    for customer, (articles, own) in enumerate(zip(recommended, bought, strict=True)):
        seen = set()
        for place, article in enumerate(articles[:k]):
            if article in own and article not in seen:
                hits[customer, place] = True
                seen.add(article)
    return hits


def average_precision(hits: npt.NDArray[np.bool_], num_bought: npt.ArrayLike) -> Floats:
    """Returns average precision at k: the sum of the precision at each hit, over min(num_bought, k).

    For two articles bought and hits in second and third place: (1/2 + 2/3) / 2.

    >>> average_precision(np.array([[False, True, True, False]]), [2]).round(4).tolist()
    [0.5833]

    Args:
        hits: `[num_customers, k]` bool.
        num_bought: `[num_customers]` int, number of distinct articles bought, at least 1.

    Returns:
        `[num_customers]` float64 in 0 to 1.
    """
    found = np.cumsum(hits, axis=1)
    precision = found / np.arange(1, hits.shape[1] + 1)
    return _summed(np.where(hits, precision, 0.0)) / _best_possible(hits, num_bought)


def ndcg(hits: npt.NDArray[np.bool_], num_bought: npt.ArrayLike) -> Floats:
    """Returns the normalised discounted cumulative gain at k, with gain 1 for a hit and discount 1 / log2(place + 1).

    For two articles bought and one hit in second place: (1 / log2 3) / (1 + 1 / log2 3).

    >>> ndcg(np.array([[False, True, False, False]]), [2]).round(4).tolist()
    [0.3869]

    Args:
        hits: `[num_customers, k]` bool.
        num_bought: `[num_customers]` int, number of distinct articles bought, at least 1.

    Returns:
        `[num_customers]` float64 in 0 to 1.
    """
    discount = np.array([1.0 / math.log2(place + 2) for place in range(hits.shape[1])])
    ideal = np.cumsum(discount)[_best_possible(hits, num_bought) - 1]
    return _summed(np.where(hits, discount, 0.0)) / ideal


def precision(hits: npt.NDArray[np.bool_]) -> Floats:
    """Returns precision at k, hits over k: `[num_customers]` float64.

    >>> precision(np.array([[True, True, False, False]])).tolist()
    [0.5]
    """
    return hits.sum(axis=1) / hits.shape[1]


def recall(hits: npt.NDArray[np.bool_], num_bought: npt.ArrayLike) -> Floats:
    """Returns recall at k, hits over articles bought: `[num_customers]` float64.

    >>> recall(np.array([[True, True, False, False]]), [8]).tolist()
    [0.25]
    """
    _best_possible(hits, num_bought)
    return hits.sum(axis=1) / np.asarray(num_bought)


def per_customer(recommended: Sequence[Sequence[str]], bought: Sequence[Collection[str]]) -> dict[str, Floats]:
    """Returns all `METRICS` of each customer.

    >>> {name: values.round(4).tolist() for name, values in per_customer([["b", "a"]], [{"a"}]).items()}
    {'map_at_12': [0.5], 'ndcg_at_12': [0.6309], 'precision_at_12': [0.0833], 'recall_at_12': [1.0]}

    Args:
        recommended: article ids of each customer, best first; an empty list counts as zero.
        bought: articles each customer bought, customers in the same order; repetitions count once.

    Returns:
        `[num_customers]` float64 by metric name.

    Raises:
        ValueError: `recommended` and `bought` differ in length, or a customer bought nothing.
    """
    sets = [set(articles) for articles in bought]
    hits = hit_matrix(recommended, sets)
    num_bought = np.array([len(articles) for articles in sets], dtype=np.int64)
    values = (
        average_precision(hits, num_bought),
        ndcg(hits, num_bought),
        precision(hits),
        recall(hits, num_bought),
    )
    return dict(zip(METRICS, values, strict=True))


def bootstrap_interval(values: npt.ArrayLike, *, seed: int, draws: int = 1000, level: float = 0.95) -> Interval:
    """Returns the percentile bootstrap interval of the mean of `values` over customers.

    >>> bootstrap_interval([0.25, 0.25, 0.25], seed=0)
    Interval(mean=0.25, low=0.25, high=0.25)

    Args:
        values: `[num_customers]` float, at least one.
        seed: seed of the resampling.
        draws: number of resamples of the customers, with replacement.
        level: share of the resampled means in the interval.

    Raises:
        ValueError: there are no values, or `level` is not between 0 and 1.
    """
    (interval,) = bootstrap_intervals({"": np.asarray(values)}, seed=seed, draws=draws, level=level).values()
    return interval


def bootstrap_intervals(
    columns: Mapping[Key, Floats], *, seed: int, draws: int = 1000, level: float = 0.95
) -> dict[Key, Interval]:
    """Returns `bootstrap_interval` of several columns over the same resamples of customers.

    Args:
        columns: `[num_customers]` float by name, all of one length.
        seed: seed of the resampling.
        draws: number of resamples of the customers, with replacement.
        level: share of the resampled means in each interval.

    Returns:
        Interval of each column, by name.

    Raises:
        ValueError: there are no customers, or `level` is not between 0 and 1.
    """
    table = np.stack(list(columns.values()), axis=1).astype(np.float64)
    customers = len(table)
    if customers == 0:
        raise ValueError("values must be of at least one customer. Received: none")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1. Received: {level}")
    random = np.random.default_rng(seed)
    means = np.empty((draws, table.shape[1]))
    for draw in range(draws):
        times = np.bincount(random.integers(customers, size=customers), minlength=customers)
        means[draw] = times @ table / customers
    means.sort(axis=0)
    outside = int((1 - level) / 2 * draws + 1e-9)
    low, high = means[outside], means[draws - 1 - outside]
    return {name: Interval(float(table[:, i].mean()), float(low[i]), float(high[i])) for i, name in enumerate(columns)}


def paired_difference(ours: npt.ArrayLike, theirs: npt.ArrayLike, *, seed: int, draws: int = 1000) -> Interval:
    """Returns the mean over customers of `ours - theirs`, with its 95 % bootstrap interval.

    Pairing removes the variance between customers, so the interval is far narrower than the difference of two separate
    intervals.

    >>> paired_difference([0.5, 1.0], [0.25, 0.75], seed=0)
    Interval(mean=0.25, low=0.25, high=0.25)

    Args:
        ours: `[num_customers]` float.
        theirs: `[num_customers]` float, the same customers in the same order.
        seed: seed of the resampling.
        draws: number of resamples of the customers.

    Raises:
        ValueError: `ours` and `theirs` differ in length or are empty.
    """
    ours, theirs = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if ours.shape != theirs.shape:
        raise ValueError(f"ours and theirs must be of the same customers. Received: {ours.shape} and {theirs.shape}")
    return bootstrap_interval(ours - theirs, seed=seed, draws=draws)


def _best_possible(hits: npt.NDArray[np.bool_], num_bought: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Returns the number of hits of the best possible list of length k: `[num_customers]` int64."""
    counts = np.asarray(num_bought, dtype=np.int64)
    if counts.size and counts.min() < 1:
        raise ValueError("num_bought must be at least 1, because only customers who bought are judged. Received: 0")
    return np.minimum(counts, hits.shape[1])


def _summed(terms: Floats) -> Floats:
    """Sums over places in order. NumPy's order of addition may differ in the last bit."""
    total = np.zeros(len(terms))
    for place in range(terms.shape[1]):
        total += terms[:, place]
    return total
