"""Formats figures for the tables."""

from collections.abc import Sequence

import numpy as np

from models.metrics import METRICS, Interval

NOT_RUN = "not run"
SHORT = dict(zip(METRICS, ("MAP@12", "NDCG@12", "Precision@12", "Recall@12"), strict=True))


def words(value: Interval) -> str:
    """A mean with its interval.

    >>> words(Interval(0.25, 0.2, 0.3))
    '0.2500 [0.2000, 0.3000]'
    """
    return f"{value.mean:.4f} [{value.low:.4f}, {value.high:.4f}]"


def signed(value: Interval) -> str:
    """A difference with its interval.

    >>> signed(Interval(0.25, -0.2, 0.3))
    '+0.2500 [-0.2000, +0.3000]'
    """
    return f"{value.mean:+.4f} [{value.low:+.4f}, {value.high:+.4f}]"


def mean(values: np.ndarray) -> str:
    """A mean without an interval."""
    return f"{values.mean():.4f}"


def share(part: float, whole: float) -> str:
    """A share of a total; "none" if the total is 0."""
    return f"{part / whole:.4f}" if whole else "none"


def not_run(label: str, header: Sequence[str]) -> tuple[str, ...]:
    """A row of a table without results."""
    return (label, NOT_RUN, *("",) * (len(header) - 2))


def weeks_before(back: int) -> str:
    """A label for a judged week without results."""
    return f"{back} before the last" if back else "the last"
