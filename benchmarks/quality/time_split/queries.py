"""The judged queries: customers on a day, with what they bought before and what they bought then."""

import dataclasses

import numpy as np

from models.retrieval.purchases import Purchases

CUSTOMERS, BASKETS = "customers", "baskets"


@dataclasses.dataclass(frozen=True)
class Queries:
    """Queries in the order of customers and days.

    Attributes:
        positions: `[q]` int32 position of a purchase on the day of the query.
        customers: `[q]` int32 row of the customer.
        past: `[q]` sets of article rows bought before the day.
        bought: `[q]` sets of article rows to recommend.
    """

    positions: np.ndarray
    customers: np.ndarray
    past: list[set[int]]
    bought: list[set[int]]

    def only_new(self) -> "Queries":
        """The queries in which something was bought for the first time, and these articles alone."""
        new = [bought - past for bought, past in zip(self.bought, self.past, strict=True)]
        kept = [i for i, each in enumerate(new) if each]
        return Queries(self.positions[kept], self.customers[kept], [self.past[i] for i in kept], [new[i] for i in kept])


def queries(purchases: Purchases, first_day: int, kind: str) -> Queries:
    """Returns the queries of the days from `first_day`.

    Args:
        purchases: all purchases.
        first_day: first judged day.
        kind: `customers`: one query for each customer, on the first of these days with a purchase; all purchases from
            then on are to be recommended. `baskets`: one for each customer and day; the purchases of that day are to be
            recommended.
    """
    position = np.arange(len(purchases.days), dtype=np.int32)
    if kind == CUSTOMERS:
        earlier = np.maximum(position - 1, 0)
        first = (position == purchases.customer_starts) | (purchases.days[earlier] < first_day)
        group = purchases.customer_starts
    else:
        first = position == purchases.day_starts
        group = purchases.day_starts
    chosen = position[(purchases.days >= first_day) & first]
    ends = np.searchsorted(group, group[chosen], side="right")
    rows = purchases.article_rows
    return Queries(
        positions=chosen,
        customers=purchases.customer_rows[chosen],
        past=[set(rows[purchases.customer_starts[i] : purchases.day_starts[i]].tolist()) for i in chosen],
        bought=[set(rows[i:end].tolist()) for i, end in zip(chosen, ends, strict=True)],
    )
