"""A figure with its 95 % interval."""

from __future__ import annotations

import dataclasses
import math

from pages import formats


@dataclasses.dataclass(frozen=True)
class Interval:
    """A figure and the bounds of its 95 % interval.

    Attributes:
        mean: the figure.
        low: lower bound; None if unknown.
        high: upper bound; None if unknown.
    """

    mean: float
    low: float | None = None
    high: float | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether both bounds are known and finite."""
        bounds = (self.low, self.high)
        return all(bound is not None and math.isfinite(bound) for bound in bounds)

    @property
    def sign(self) -> int:
        """1 or -1 if the whole interval is above or below 0, else 0.

        >>> Interval(0.2, 0.1, 0.3).sign, Interval(0.2, -0.1, 0.5).sign, Interval(-0.2, -0.3, -0.1).sign
        (1, 0, -1)
        """
        if not self.is_bounded:
            return 0
        assert self.low is not None
        assert self.high is not None
        return int(self.low > 0) - int(self.high < 0)

    def bounds(self, *, signed: bool = False) -> str:
        """The bounds as text; empty if they are unknown.

        >>> Interval(0.2, 0.1, 0.3).bounds(), Interval(0.2).bounds()
        ('0.1000 to 0.3000', '')

        Args:
            signed: whether the figure is a difference, whose bounds have signs.
        """
        if not self.is_bounded:
            return ""
        form = formats.signed if signed else formats.metric
        return f"{form(self.low)} to {form(self.high)}"
