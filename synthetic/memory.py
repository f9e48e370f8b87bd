"""What each customer last bought: a ring of the last MEMORY purchases per customer."""

import numpy as np
import numpy.typing as npt

from synthetic.demand import MEMORY

Ints = npt.NDArray[np.int64]


class Memory:
    """The last MEMORY purchases of every customer.

    Args:
        customers: how many.

    """

    def __init__(self, customers: int):
        self._article = np.full((customers, MEMORY), -1, np.int32)
        self._period = np.zeros((customers, MEMORY), np.int16)
        self._seen = np.zeros(customers, np.int32)

    def recall(self, customers: Ints, period: int) -> tuple[Ints, Ints]:
        """Articles `[n, MEMORY]` (-1 where there is none) and how many periods ago they were bought."""
        return self._article[customers].astype(np.int64), (period - self._period[customers]).astype(np.int64)

    def add(self, customers: Ints, articles: Ints, period: int) -> None:
        """Remembers purchases `[n]` of a period; the oldest are forgotten."""
        if not len(customers):
            return
        order = np.argsort(customers, kind="stable")
        who, what = customers[order], articles[order]
        first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
        counts = np.diff(np.r_[first, len(who)])
        place = np.arange(len(who)) - np.repeat(first, counts)
        kept = place >= np.repeat(counts, counts) - MEMORY
        who, what, place = who[kept], what[kept], place[kept]
        slot = (self._seen[who] + place) % MEMORY
        self._article[who, slot] = what
        self._period[who, slot] = period
        self._seen[customers[order][first]] += counts.astype(np.int32)
