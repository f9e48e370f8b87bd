"""Sums over the customers of a slice, of metrics and of paired differences.

The bounds of the 95 % interval are mean(d) -+ 1.96 * sd(d) / sqrt(n), where d is a customer's difference of MAP@12.
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
    """A paired difference of MAP@12.

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
    then the sum and the sum of squares of the MAP@12 differences from each simple baseline and from the last blessed
    model.
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
        self.values = self.values + np.concatenate([[1.0], table.ravel(), differences])

    def merge(self, other: "Moments") -> "Moments":
        """Returns the sums over the customers of both."""
        return Moments(self.values + other.values)

    @property
    def customers(self) -> int:
        """Number of customers counted."""
        return int(self.values[0])

    def mean(self, metric: str, ranking: str) -> float:
        """Mean of a metric of one of `RANKINGS` or of `LAST_BLESSED`; NaN without customers."""
        row = [*RANKINGS, LAST_BLESSED].index(ranking)
        position = 1 + METRICS.index(metric) * (len(RANKINGS) + 1) + row
        return self.values[position] / self.values[0] if self.customers else math.nan

    def difference(self, other: str) -> Bounds:
        """MAP@12 of the recommended ranking minus that of a simple baseline or of `LAST_BLESSED`."""
        position = _SIZE - 2 * (len(SIMPLE) + 1) + 2 * [*SIMPLE, LAST_BLESSED].index(other)
        n = self.customers
        if n < 2:
            return Bounds(mean=math.nan, low=-math.inf, high=math.inf)
        total, squares = self.values[position : position + 2]
        mean = total / n
        variance = max(squares - n * mean**2, 0.0) / (n - 1)
        half = _Z_95 * math.sqrt(variance / n)
        return Bounds(mean=mean, low=mean - half, high=mean + half)

    def best_simple(self) -> str:
        """The simple baseline with the higher MAP@12."""
        return max(SIMPLE, key=lambda name: self.mean("map_at_12", name))


_SIZE = 1 + len(METRICS) * (len(RANKINGS) + 1) + 2 * (len(SIMPLE) + 1)
