"""Whether a model's figure has collapsed: lies, beyond chance, below a share of what it should be."""

import math

_Z_95 = 1.96


def has_collapsed(map_at_12: float, customers: int, blessed_map_at_12: float, least_share: float) -> bool:
    """Whether MAP@12 certainly lies below a share of another week's.

    The two are of different weeks, so that there is no paired difference. A customer's figure lies in [0, 1], and so
    has a variance of at most m (1 - m) where its mean is m: the interval is wider than the true one.

    >>> has_collapsed(0.02, 500, 0.2, 0.5), has_collapsed(0.09, 500, 0.2, 0.5), has_collapsed(0.0, 20, 0.002, 0.5)
    (True, False, False)

    Args:
        map_at_12: mean over the customers of the week.
        customers: their number, 1 or more.
        blessed_map_at_12: what the last blessed weights had in theirs.
        least_share: of that which must be reached, 0 to 1.
    """
    least = least_share * blessed_map_at_12
    return map_at_12 < least - _Z_95 * math.sqrt(least * (1 - least) / customers)
