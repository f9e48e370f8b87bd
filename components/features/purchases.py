"""All purchases in memory, by customer and by day, for the models that learn from them week by week."""

import dataclasses
import functools

import numpy as np

from components.features.engine import Engine


@dataclasses.dataclass(frozen=True)
class Purchases:
    """Purchases of all days, sorted by customer.

    Attributes:
        customer_rows: `[n]` int32, ascending.
        article_rows: `[n]` int32.
        days: `[n]` int32 day numbers.
    """

    customer_rows: np.ndarray
    article_rows: np.ndarray
    days: np.ndarray

    @functools.cached_property
    def by_day(self) -> np.ndarray:
        """`[n]` int32 positions of the purchases, sorted by day."""
        return np.argsort(self.days, kind="stable").astype(np.int32)

    def with_articles(self, article_rows: np.ndarray) -> "Purchases":
        """Returns the same purchases with other article rows, such as those of their groups; shares all other arrays.

        Args:
            article_rows: `[n]` int32.
        """
        other = dataclasses.replace(self, article_rows=article_rows)
        vars(other)["by_day"] = self.by_day
        return other

    def between(self, first: int, end: int) -> np.ndarray:
        """Returns the positions of the purchases on or after the day `first` and before the day `end`."""
        return self.by_day[slice(*np.searchsorted(self.days, [first, end], sorter=self.by_day))]

    def of_customers(self, customers: np.ndarray) -> np.ndarray:
        """Returns the positions of the purchases of customers, in the order of `customers`.

        Args:
            customers: `[m]` int32 customer rows.
        """
        starts, ends = (np.searchsorted(self.customer_rows, customers, side) for side in ("left", "right"))
        lengths = ends - starts
        return np.arange(lengths.sum()) + np.repeat(starts - np.append(0, np.cumsum(lengths)[:-1]), lengths)


def read_purchases(engine: Engine) -> Purchases:
    """Reads all purchases.

    Args:
        engine: engine after `states.prepare`.
    """
    table = engine.query("select customer_row, article_row, day from purchases order by customer_row, day, article_row")
    names = ("customer_row", "article_row", "day")
    return Purchases(*(table[name].to_numpy().astype(np.int32, copy=False) for name in names))
