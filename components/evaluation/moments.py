"""Sums over the customers of a slice, of metrics and of paired differences.

The bounds of the 95 % interval are mean(x) -+ 1.96 * sd(x) / sqrt(n), where x is a customer's value of a metric, or a
customer's difference of MAP@12. Those of a metric are cut to [0, 1], where all its values lie.
"""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from models.metrics import METRICS, per_customer
from models.rankings import LAST_BLESSED, RANKINGS, RECOMMENDED, SIMPLE

_Z_95 = 1.96


@dataclasses.dataclass(frozen=True)
class Bounds:
    """A mean with its 95 % interval.

    Attributes:
        mean: over customers.
        low: lower bound of the 95 % interval.
        high: upper bound.
    """

    mean: float
    low: float
    high: float


class Moments:
    """Sums over customers.

    `values` has the number of customers; then the sum of each metric for each ranking and for the last blessed model;
    then the sums of their squares; then the sum and the sum of squares of the MAP@12 differences from each simple
    baseline and from the last blessed model.
    """

    def __init__(self, values: np.ndarray | None = None):
        self.values = np.zeros(_SIZE) if values is None else values

    def add(self, rankings: np.ndarray, last: np.ndarray, purchased: Sequence[str]) -> None:
        """Counts one customer.

        Args:
            rankings: `[len(RANKINGS), 12]` article ids; "" is padding.
            last: `[12]` article ids, the recommendations of the last blessed model.
            purchased: distinct article ids.
        """
        lists = [[article for article in ranking if article] for ranking in [*rankings, last]]
        figures = per_customer(lists, [set(purchased)] * len(lists))
        table = np.array([figures[metric] for metric in METRICS])
        maps = table[METRICS.index("map_at_12")]
        ours = maps[RANKINGS.index(RECOMMENDED)]
        others = [*(maps[RANKINGS.index(name)] for name in SIMPLE), maps[-1]]
        differences = [part for other in others for part in (ours - other, (ours - other) ** 2)]
        self.values = self.values + np.concatenate([[1.0], table.ravel(), (table**2).ravel(), differences])

    def merge(self, other: "Moments") -> "Moments":
        """Returns the sums over the customers of both."""
        return Moments(self.values + other.values)

    @property
    def customers(self) -> int:
        """Number of customers counted."""
        return int(self.values[0])

    def mean(self, metric: str, ranking: str) -> float:
        """Mean of a metric of one of `RANKINGS` or of `LAST_BLESSED`; NaN without customers."""
        return self.values[_position(metric, ranking)] / self.values[0] if self.customers else math.nan

    def bounds(self, metric: str, ranking: str) -> Bounds:
        """Mean of a metric and its 95 % interval; arguments as in `mean`."""
        position = _position(metric, ranking)
        total, squares = self.values[position], self.values[position + _METRIC_SUMS]
        found = self._bounds(total, squares, self.mean(metric, ranking))
        if self.customers < 2:
            return found
        return dataclasses.replace(found, low=max(found.low, 0.0), high=min(found.high, 1.0))

    def difference(self, other: str) -> Bounds:
        """MAP@12 of the recommended ranking minus that of a simple baseline or of `LAST_BLESSED`."""
        position = _SIZE - 2 * (len(SIMPLE) + 1) + 2 * [*SIMPLE, LAST_BLESSED].index(other)
        total, squares = self.values[position : position + 2]
        return self._bounds(total, squares, math.nan)

    def _bounds(self, total: float, squares: float, mean_of_few: float) -> Bounds:
        """The mean and the interval of a sum; with fewer than two customers `mean_of_few` and infinite bounds."""
        n = self.customers
        if n < 2:
            return Bounds(mean=mean_of_few, low=-math.inf, high=math.inf)
        mean = total / n
        variance = max(squares - n * mean**2, 0.0) / (n - 1)
        half = _Z_95 * math.sqrt(variance / n)
        return Bounds(mean=mean, low=mean - half, high=mean + half)

    def best_simple(self) -> str:
        """The simple baseline with the higher MAP@12."""
        return max(SIMPLE, key=lambda name: self.mean("map_at_12", name))


def _position(metric: str, ranking: str) -> int:
    """Position of the sum of a metric in `Moments.values`."""
    return 1 + METRICS.index(metric) * (len(RANKINGS) + 1) + [*RANKINGS, LAST_BLESSED].index(ranking)


_METRIC_SUMS = len(METRICS) * (len(RANKINGS) + 1)
_SIZE = 1 + 2 * _METRIC_SUMS + 2 * (len(SIMPLE) + 1)
