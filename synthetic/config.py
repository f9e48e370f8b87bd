"""Sizes and habits of a synthetic shop."""

import dataclasses
import datetime
import math
from typing import Any

from synthetic.habits import DENSE, HM, Habits
from transforms.errors import ConfigError

PERIOD_DAYS = 7
_MAX_ARTICLES = 1_000_000
# H&M's competition data: rows of the three tables, and their two years.
_HM_CUSTOMERS, _HM_ARTICLES, _HM_TRANSACTIONS = 1_371_980, 105_542, 31_788_324
_HM_FIRST_DAY, _HM_DAYS = datetime.date(2018, 9, 20), 734


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShopConfig:
    """Sizes and habits of a synthetic shop.

    Attributes:
        customers: rows of `customers.csv`; 1 or more.
        articles: rows of `articles.csv`; 50 to 1,000,000.
        transactions: rows of `transactions_train.csv`; 1 or more. The actual number is within 2 % from about 10,000
            on, and exact from 3,000,000 on.
        days: length of the history including the label period; at least `label_days` + 7.
        seed: the same seed, sizes and habits give the same bytes; 0 or more.
        label_days: length of the last period, for which the oracle ranks; 1 or more.
        first_day: day of the first transactions.
        habits: how customers buy.
    """

    customers: int = 3_000
    articles: int = 1_500
    transactions: int = 120_000
    days: int = 180
    seed: int = 0
    label_days: int = 7
    first_day: datetime.date = datetime.date(2020, 3, 27)
    habits: Habits = DENSE

    def __post_init__(self) -> None:
        """Checks the ranges."""
        _at_least("customers", self.customers, 1)
        _at_least("articles", self.articles, 50)
        _at_least("transactions", self.transactions, 1)
        _at_least("seed", self.seed, 0)
        _at_least("label_days", self.label_days, 1)
        _at_least("days", self.days, self.label_days + PERIOD_DAYS)
        if self.articles > _MAX_ARTICLES:
            raise ConfigError(f"articles must be {_MAX_ARTICLES} or fewer. Received: {self.articles}")

    @classmethod
    def at_scale(cls, scale: float, **given: Any) -> "ShopConfig":
        """A shop of H&M's size times `scale`, with H&M's two years and habits.

        Customers and transactions are proportional to the scale, articles to its square root. If articles were
        proportional too, customers of a small shop would often buy the same article again by chance.

        Args:
            scale: above 0; 1 is H&M's size.
            given: other values of fields.

        Raises:
            ConfigError: the scale or a field is out of range.
        """
        if not 0 < scale < math.inf:
            raise ConfigError(f"scale must be 'full' or a number above 0. Received: {scale}")
        sizes = {
            "customers": max(1, round(_HM_CUSTOMERS * scale)),
            "articles": min(_MAX_ARTICLES, max(50, round(_HM_ARTICLES * math.sqrt(scale)))),
            "transactions": max(1, round(_HM_TRANSACTIONS * scale)),
            "days": _HM_DAYS,
            "first_day": _HM_FIRST_DAY,
            "habits": HM,
        }
        return cls(**{**sizes, **given})


def _at_least(name: str, value: int, minimum: int) -> None:
    if value < minimum:
        raise ConfigError(f"{name} must be {minimum} or more. Received: {value}")
