"""Compares the ranking features and scores of a run's lists with those of the last pushed run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from components.drift.comparison import DRIFTED, FEW, LOST, MISSING, STEADY, Comparison
from components.drift.thresholds import JENSEN_SHANNON, ListThresholds
from models.ranking.distributions import Distributions

RANKING = "ranking"
_BINS = 10


def compare_lists(now: Distributions, before: Distributions, thresholds: ListThresholds) -> list[Comparison]:
    """Compares all features and the scores by their Jensen-Shannon divergence.

    Args:
        now: distributions of the run.
        before: distributions of the last pushed run.
        thresholds: thresholds of lists.

    Returns:
        One comparison a feature of either run, in the order of the run.
    """
    found = []
    for name in {**now.quantiles, **before.quantiles}:
        values = [run.quantiles.get(name) for run in (now, before)]
        threshold = thresholds.of(name)
        value, state = None, FEW
        if min(now.pairs, before.pairs) >= thresholds.min_pairs:
            state = LOST if values[0] is None else MISSING
            if values[0] is not None and values[1] is not None:
                bounds = bounds_of(values[0], values[1])
                value = jensen_shannon(shares(values[0], bounds), shares(values[1], bounds))
                state = DRIFTED if value > threshold else STEADY
        found.append(
            Comparison(
                name=f"{RANKING}.{name}",
                measure=JENSEN_SHANNON,
                threshold=threshold,
                value=value,
                state=state,
                rows=now.pairs if values[0] is not None else 0,
                rows_before=before.pairs if values[1] is not None else 0,
            )
        )
    return found


def bounds_of(one: Sequence[float], other: Sequence[float]) -> np.ndarray:
    """The deciles and the last quantiles of two distributions, which bound the bins that compare them.

    Args:
        one: quantiles at equal distances, ascending.
        other: quantiles of the other distribution.

    Returns:
        Ascending and distinct, `[bins - 1]` float64.
    """
    found = []
    for values in (one, other):
        places = [*(np.arange(1, _BINS) * len(values) // _BINS), len(values) - 1]
        found.append(np.asarray(values, float)[places])
    return np.unique(np.concatenate(found))


def shares(quantiles: Sequence[float], bounds: np.ndarray) -> np.ndarray:
    """The shares of a distribution in bins: up to the first bound, ..., above the last.

    Args:
        quantiles: quantiles at equal distances, ascending.
        bounds: `[bins - 1]`, ascending; a bin includes its upper bound.

    Returns:
        `[bins]` float64.

    >>> shares([1, 1, 2, 3], np.array([1.0, 2.0]))
    array([0.5 , 0.25, 0.25])
    """
    return np.bincount(np.searchsorted(bounds, quantiles), minlength=len(bounds) + 1) / len(quantiles)


def jensen_shannon(one: np.ndarray, other: np.ndarray) -> float:
    """The Jensen-Shannon divergence of two distributions to the base 2 (Lin, Divergence measures based on the Shannon
    entropy, IEEE Transactions on Information Theory 37, 1991).

    Args:
        one: `[bins]` shares that sum to 1.
        other: `[bins]` shares that sum to 1.

    Returns:
        0 for equal distributions to 1 for distributions without a common bin.

    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0])), jensen_shannon(np.array([1.0]), np.array([1.0]))
    (1.0, 0.0)
    """
    middle = (one + other) / 2
    halves = [(part[part > 0] * np.log2(part[part > 0] / middle[part > 0])).sum() / 2 for part in (one, other)]
    return float(max(sum(halves), 0.0))
