"""The last MEMORY purchases of each customer, in ring buffers."""

import numpy as np
import numpy.typing as npt

from synthetic.demand import MEMORY

Ints = npt.NDArray[np.int64]


class Memory:
    """The last MEMORY purchases of every customer.

    Args:
        customers: number of customers.
    """

    def __init__(self, customers: int):
        self._article = np.full((customers, MEMORY), -1, np.int32)
        self._period = np.zeros((customers, MEMORY), np.int16)
        self._seen = np.zeros(customers, np.int32)

    def recall(self, customers: Ints, period: int) -> tuple[Ints, Ints]:
        """Recent purchases.

        Args:
            customers: `[n]` positions of customers.
            period: number of the current period.

        Returns:
            Articles `[n, MEMORY]`, -1 for none, and the age of the purchases `[n, MEMORY]` in periods.
        """
        return self._article[customers].astype(np.int64), (period - self._period[customers]).astype(np.int64)

    def add(self, customers: Ints, articles: Ints, period: int) -> None:
        """Adds purchases `[n]` of a period, which replace the oldest ones.

        Args:
            customers: `[n]` positions of the customers.
            articles: `[n]` positions of the articles.
            period: number of the period.
        """
        if not len(customers):
            return
        order = np.argsort(customers, kind="stable")
        who, what = customers[order], articles[order]
        first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
        counts = np.diff(np.r_[first, len(who)])
        position = np.arange(len(who)) - np.repeat(first, counts)
        kept = position >= np.repeat(counts, counts) - MEMORY
        who, what, position = who[kept], what[kept], position[kept]
        slot = (self._seen[who] + position) % MEMORY
        self._article[who, slot] = what
        self._period[who, slot] = period
        self._seen[customers[order][first]] += counts.astype(np.int32)
