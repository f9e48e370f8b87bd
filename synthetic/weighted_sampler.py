"""Vectorized weighted draws for many rows."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_BELOW_ONE = 1.0 - 1e-9


class WeightedSampler:
    """Draws a column of a row with probability proportional to the weights of the row.

    The cumulative shares of all rows are on one axis, row r on [r, r + 1), so that one binary search serves all draws.

    Args:
        weights: `[rows, columns]` float, not negative. A row of zeros must not be drawn from.

    Attributes:
        totals: `[rows]` sums of the weights.
        shares: `[rows, columns]` cumulative shares.
    """

    def __init__(self, weights: npt.NDArray[np.floating]):
        self._columns = weights.shape[1]
        running = np.cumsum(weights, axis=1, dtype=np.float64)
        self.totals: Floats = running[:, -1].copy()
        running /= np.where(self.totals > 0, self.totals, 1.0)[:, None]
        self.shares: Floats = running
        self._axis = (running + np.arange(len(weights))[:, None]).ravel()

    def draw(self, rows: Ints, uniform: Floats) -> Ints:
        """Columns `[n]` for `rows` `[n]` and uniform numbers `[n]` in [0, 1)."""
        # side="right" skips columns of weight zero.
        found = np.searchsorted(self._axis, rows + np.minimum(uniform, _BELOW_ONE), side="right")
        return found - rows * self._columns
