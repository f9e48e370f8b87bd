"""Compares the hit rates of two labels or versions, by customer.

The interval of the difference is that of two ratios over the same customers: each customer counts with the sum of the
influences of both ratios, so that customers to whom both were shown are pairs and all others are two samples.

A 95 % interval holds for one look. Whoever looks every day and stops at the first interval without 0 stops wrongly far
more often than in 5 % of the cases. The second interval holds at all looks together: the asymptotic confidence sequence
of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (Time-uniform central limit theory and asymptotic confidence
sequences, 2021, theorem 2.2), narrowest at `_NARROWEST_AT` customers. It is about one and a half times as wide.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from components.report.feedback import Comparison, HitRate
from operations.feedback.hit_rates import Z, hit_rate
from operations.feedback.joined import Joined

MIN_CUSTOMERS = 100  # of each side; with fewer, a normal interval of rare purchases is wrong
_ALPHA = 0.05
_NARROWEST_AT = 10_000


def compare(joined: Joined, a: str, b: str, versions: Mapping[str, int] | None = None) -> Comparison:
    """Compares b with a.

    Args:
        joined: shown articles and purchases.
        a: a label, or the number of a version.
        b: another.
        versions: number of the version by label: what a label showed with another version does not count.

    Raises:
        DataError: nothing was shown by one of them.
    """
    versions = versions or {}
    where_a, where_b = (joined.condition(choice, versions.get(choice)) for choice in (a, b))
    rate_a, rate_b = (hit_rate(name, joined.totals(where=where)) for name, where in ((a, where_a), (b, where_b)))
    squares, both = joined.influence(where_a, where_b, rate_a.rate, rate_b.rate, rate_a.shown, rate_b.shown)
    customers = rate_a.customers + rate_b.customers - both
    error = math.sqrt(squares * customers / max(customers - 1, 1))
    return judged(rate_a, rate_b, error=error, customers=customers, both=both)


def judged(a: HitRate, b: HitRate, *, error: float, customers: int, both: int) -> Comparison:
    """The comparison of two hit rates.

    Args:
        a: hit rate of the first.
        b: hit rate of the second.
        error: standard error of the difference; 0 if nothing was bought.
        customers: number of customers of both.
        both: number of customers to whom both were shown.
    """
    difference = b.rate - a.rate
    enough = error > 0 and min(a.customers, b.customers) >= MIN_CUSTOMERS
    half, always = (Z * error, sequence_factor(customers) * error) if enough else (2.0, 2.0)
    bounds = [max(difference - half, -1.0), min(difference + half, 1.0)]
    always_bounds = [max(difference - always, -1.0), min(difference + always, 1.0)]
    return Comparison(
        a=a,
        b=b,
        difference=difference,
        low=bounds[0],
        high=bounds[1],
        always_low=always_bounds[0],
        always_high=always_bounds[1],
        customers_in_both=both,
        verdict=_verdict(a, b, enough, _sign(*bounds), _sign(*always_bounds)),
    )


def sequence_factor(customers: int) -> float:
    """Half width of the interval for all looks, in standard errors.

    >>> [round(sequence_factor(n), 2) for n in (1000, 10_000, 100_000)]
    [3.86, 3.04, 3.24]

    Args:
        customers: number of customers so far.
    """
    two_logs = -2 * math.log(_ALPHA)
    q = customers * (two_logs + math.log(two_logs + 1)) / _NARROWEST_AT
    return math.sqrt((1 + 1 / q) * (math.log(q + 1) + two_logs))


def _sign(low: float, high: float) -> int:
    return int(low > 0) - int(high < 0)


def _verdict(a: HitRate, b: HitRate, enough: bool, at_this_look: int, at_all_looks: int) -> str:
    if not enough:
        return f"no verdict: {a.value} and {b.value} need at least {MIN_CUSTOMERS} customers each, and a purchase"
    word = {1: "better", -1: "worse"}
    if at_all_looks:
        return f"{b.value} is {word[at_all_looks]} than {a.value}, however often you look"
    if at_this_look:
        return f"{b.value} is {word[at_this_look]} than {a.value} if you look only once"
    return f"no difference between {a.value} and {b.value} is proven"
