"""What customers own of each group of articles as of a day, from the articles that a state keeps of their history."""

import dataclasses

import numpy as np
import scipy.sparse as sp

from components.features.config import FeaturesConfig
from components.features.purchases import Purchases
from transforms.features import OWNERSHIP_DECAY, PAST_CEILING, PAST_FLOOR


@dataclasses.dataclass(frozen=True)
class GroupHistory:
    """Sums over the history of some customers, by customer and group, and numbers of the customers.

    A pair is a customer's position and a group they bought from; its key is `position * groups + group`. The strength
    and the ownership of an article are those of `sql/history.sql`.

    Attributes:
        groups: number of groups.
        keys: `[pairs]` int64, ascending.
        strength: `[pairs]` float64, sum over the articles of the group.
        ownership: `[pairs]` float64, sum over the articles of the group.
        days_bought: `[pairs]` float64, sum over the articles of the group.
        days_since: `[pairs]` float64 days since the last purchase from the group.
        baskets: `[customers]` float64.
        purchases: `[customers]` float64.
        days_since_purchase: `[customers]` float64.
        span_days: `[customers]` float64 days from the first to the last purchase.
    """

    groups: int
    keys: np.ndarray
    strength: np.ndarray
    ownership: np.ndarray
    days_bought: np.ndarray
    days_since: np.ndarray
    baskets: np.ndarray
    purchases: np.ndarray
    days_since_purchase: np.ndarray
    span_days: np.ndarray

    @classmethod
    def read(
        cls,
        purchases: Purchases,
        customers: np.ndarray,
        day: int,
        codes: np.ndarray,
        groups: int,
        config: FeaturesConfig,
    ) -> "GroupHistory":
        """Reads the purchases of customers before a day.

        Args:
            purchases: purchases of all days.
            customers: `[customers]` int32 rows, ascending, each with a purchase before the day.
            day: day number.
            codes: `[articles]` int32 group of each article, in [0, groups).
            groups: number of groups.
            config: half-life and history length.
        """
        at = purchases.of_customers(customers)
        at = at[purchases.days[at] < day]
        rows, days = np.searchsorted(customers, purchases.customer_rows[at]), purchases.days[at]
        purchase_counts = np.bincount(rows, minlength=len(customers))
        starts = np.cumsum(purchase_counts) - purchase_counts
        ends = starts + purchase_counts - 1
        new_basket = np.ones(len(at), bool)
        new_basket[1:] = (np.diff(rows) != 0) | (np.diff(days) != 0)
        baskets = np.bincount(rows[new_basket], minlength=len(customers))
        number = np.cumsum(new_basket) - (np.cumsum(baskets) - baskets)[rows]  # of the purchase's basket, from 1

        pairs, of_pair, days_bought = np.unique(
            rows.astype(np.int64) * len(codes) + purchases.article_rows[at], return_inverse=True, return_counts=True
        )
        strength = np.bincount(of_pair, 0.5 ** ((day - days) / config.half_life_days), len(pairs)).round(9)
        ownership = np.bincount(of_pair, OWNERSHIP_DECAY ** (baskets[rows] - number), len(pairs)).round(9)
        last = np.zeros(len(pairs), np.int64)
        last[of_pair] = days  # ascending for each customer, so that the last day stays
        kept = _strongest(pairs, strength, last, len(codes), config.history_length)

        of_customer, articles = np.divmod(pairs[kept], len(codes))
        keys, of_key = np.unique(of_customer * groups + codes[articles], return_inverse=True)
        last_of_group = np.full(len(keys), np.iinfo(np.int64).min)
        np.maximum.at(last_of_group, of_key, last[kept])
        return cls(
            groups=groups,
            keys=keys,
            strength=np.bincount(of_key, strength[kept], len(keys)),
            ownership=np.bincount(of_key, ownership[kept], len(keys)),
            days_bought=np.bincount(of_key, days_bought[kept], len(keys)),
            days_since=(day - last_of_group).astype(float),
            baskets=baskets.astype(float),
            purchases=purchase_counts.astype(float),
            days_since_purchase=(day - days[ends]).astype(float),
            span_days=(days[ends] - days[starts]).astype(float),
        )

    def past(self) -> sp.csr_matrix:
        """The past as the linear next basket reads it, `[customers, groups]`: capped strengths of unit length."""
        values = np.minimum(self.strength + PAST_FLOOR * self.days_bought, PAST_CEILING)
        past = sp.csr_matrix((values, np.divmod(self.keys, self.groups)), shape=(len(self.baskets), self.groups))
        lengths = np.sqrt(np.asarray(past.multiply(past).sum(axis=1)).ravel())
        return sp.diags(1.0 / np.maximum(lengths, 1e-9)) @ past


def _strongest(
    pairs: np.ndarray, strength: np.ndarray, last: np.ndarray, articles: int, history_length: int
) -> np.ndarray:
    """Returns the positions of the pairs that the history of a state keeps, in its order."""
    of_customer, article_rows = np.divmod(pairs, articles)
    order = np.lexsort((article_rows, -last, -strength, of_customer))
    rank = np.arange(len(order)) - np.searchsorted(of_customer[order], of_customer[order])
    return order[rank < history_length]
