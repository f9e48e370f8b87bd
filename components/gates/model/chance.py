"""Whether a figure lies below what is asked for, beyond chance."""

import math

_Z_95 = 1.96


def certainly_below(map_at_12: float, customers: int, least: float) -> bool:
    """Whether MAP@12 lies below `least` by more than chance explains, where there is no paired difference.

    A customer's figure lies in [0, 1], and so has a variance of at most m (1 - m) where its mean is m (Bhatia and
    Davis, A better bound on the variance, American Mathematical Monthly 107, 2000): the interval is wider than the
    true one, which leaves room for `least` being a week's figure too.

    >>> certainly_below(0.02, 500, 0.1), certainly_below(0.09, 500, 0.1), certainly_below(0.0, 20, 0.001)
    (True, False, False)

    Args:
        map_at_12: mean over the customers of a week; nan is below everything.
        customers: their number, 1 or more.
        least: what is asked for, 0 to 1.
    """
    return math.isnan(map_at_12) or map_at_12 < least - _Z_95 * math.sqrt(least * (1 - least) / customers)
