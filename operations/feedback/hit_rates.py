"""Hit rates with 95 % intervals that respect that the articles shown to one customer are no independent trials.

The hit rate of a group is the ratio `sum(bought_c) / sum(shown_c)` over customers c. Its variance is that of a ratio of
cluster totals (Cochran, Sampling Techniques, 1977, section 9A.2). The interval is Wilson's at the effective number of
shown articles, at which independent trials would have this variance (Korn and Graubard, 1998, use it so for
Clopper-Pearson). With no or only bought articles the variance is unknown; the effective number is then that of the
customers.
"""

from __future__ import annotations

import dataclasses
import math

from components.report.feedback import HitRate

Z = 1.959964  # of a two-sided 95 % interval


@dataclasses.dataclass(frozen=True, kw_only=True)
class Totals:
    """Totals over the customers c of a group, with shown_c and bought_c articles each.

    Attributes:
        customers: number of customers.
        shown: sum of shown_c.
        bought: sum of bought_c.
        shown_shown: sum of shown_c^2.
        shown_bought: sum of shown_c * bought_c.
        bought_bought: sum of bought_c^2.
    """

    customers: int
    shown: int
    bought: int
    shown_shown: int
    shown_bought: int
    bought_bought: int

    @property
    def rate(self) -> float:
        """The hit rate."""
        return self.bought / self.shown

    @property
    def variance(self) -> float:
        """Variance of the hit rate; infinite for one customer."""
        if self.customers < 2:
            return math.inf
        squares = self.bought_bought - 2 * self.rate * self.shown_bought + self.rate**2 * self.shown_shown
        return self.customers / (self.customers - 1) * max(squares, 0.0) / self.shown**2


def hit_rate(value: str, totals: Totals) -> HitRate:
    """The hit rate of a group with its interval.

    Args:
        value: name of the group.
        totals: its totals; `shown` is at least 1.
    """
    rate, variance = totals.rate, totals.variance
    trials = float(totals.customers)
    if 0 < variance < math.inf and 0 < rate < 1:
        trials = min(rate * (1 - rate) / variance, float(totals.shown))
    low, high = wilson(rate, trials)
    return HitRate(
        value=value,
        customers=totals.customers,
        shown=totals.shown,
        bought=totals.bought,
        rate=rate,
        low=low,
        high=high,
    )


def wilson(rate: float, trials: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share.

    >>> [round(bound, 4) for bound in wilson(0.0, 10)], [round(bound, 4) for bound in wilson(0.5, 100)]
    ([0.0, 0.2775], [0.4038, 0.5962])

    Args:
        rate: the share.
        trials: number of independent trials.
    """
    spread = Z**2 / trials
    middle = (rate + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * math.sqrt(rate * (1 - rate) / trials + spread / trials / 4)
    return max(middle - half, 0.0), min(middle + half, 1.0)
