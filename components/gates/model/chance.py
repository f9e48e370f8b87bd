"""Tests whether a figure is below a limit by more than chance explains."""

import math

_Z_95 = 1.96


def certainly_below(map_at_12: float, customers: int, limit: float) -> bool:
    """Whether MAP@12 is below `limit` by more than chance explains, if there is no paired difference.

    A customer's MAP@12 lies in [0, 1], so its variance is at most m (1 - m), where m is its mean (Bhatia and Davis, A
    better bound on the variance, American Mathematical Monthly 107, 2000). The resulting interval is wider than the
    true one. This allows for the random error of `limit`, which is derived from the figure of another week.

    >>> certainly_below(0.02, 500, 0.1), certainly_below(0.09, 500, 0.1), certainly_below(0.0, 20, 0.001)
    (True, False, False)

    Args:
        map_at_12: mean over the customers of a week; NaN is below every limit.
        customers: number of these customers, 1 or more.
        limit: from 0 to 1.
    """
    return math.isnan(map_at_12) or map_at_12 < limit - _Z_95 * math.sqrt(limit * (1 - limit) / customers)
