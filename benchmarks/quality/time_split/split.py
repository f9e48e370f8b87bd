"""A split of the purchases by time: the first are trained on, the next choose the epoch, the last are judged."""

import dataclasses

import numpy as np

from models.retrieval.purchases import Purchases
from transforms.errors import DataError


@dataclasses.dataclass(frozen=True)
class TimeSplit:
    """Days at which the later parts begin.

    Attributes:
        choose: first day of the part on which the epoch is chosen.
        judged: first day of the part that is judged.
    """

    choose: int
    judged: int

    def train_positions(self, purchases: Purchases) -> np.ndarray:
        """Positions of the purchases to train on, `[m]` int32."""
        return purchases.positions(purchases.days < self.choose)

    def choose_positions(self, purchases: Purchases) -> np.ndarray:
        """Positions of the purchases on which the epoch is chosen, `[m]` int32."""
        return purchases.positions((purchases.days >= self.choose) & (purchases.days < self.judged))

    def judged_positions(self, purchases: Purchases) -> np.ndarray:
        """Positions of the purchases that are judged, `[m]` int32."""
        return purchases.positions(purchases.days >= self.judged)


def split_by_time(days: np.ndarray, train_share: float, choose_share: float) -> TimeSplit:
    """Splits purchases at whole days; the day within which a share ends belongs to the later part.

    70 % of ten purchases are seven. The eighth is from day 4, so all purchases of day 4 are in the second part:

    >>> split_by_time(np.array([1, 1, 2, 2, 3, 4, 4, 4, 5, 6]), 0.7, 0.2)
    TimeSplit(choose=4, judged=6)

    Args:
        days: `[n]` int, the day of each purchase, in any order.
        train_share: share of the first part.
        choose_share: share of the second part.

    Raises:
        DataError: a part has no purchase.
    """
    ordered = np.sort(days)
    marks = [int(len(ordered) * share + 1e-6) for share in (train_share, train_share + choose_share)]
    choose, judged = (int(ordered[mark]) for mark in marks) if len(ordered) else (0, 0)
    if not len(ordered) or not ordered[0] < choose < judged:
        raise DataError(
            "purchases must be from enough days for three parts. Received: "
            f"{len(ordered):,} purchases on {len(np.unique(ordered))} days; give more data"
        )
    return TimeSplit(choose, judged)
