"""Sizes and habits of a synthetic shop."""

import datetime
import math
from typing import Any

from pydantic import Field, model_validator

from synthetic.habits import DENSE, HM, Habits
from transforms.errors import ConfigError
from transforms.settings import Settings

PERIOD_DAYS = 7
_MAX_ARTICLES = 1_000_000
# H&M's competition data: rows of the three tables, and their two years.
_HM_CUSTOMERS, _HM_ARTICLES, _HM_TRANSACTIONS = 1_371_980, 105_542, 31_788_324
_HM_FIRST_DAY, _HM_DAYS = datetime.date(2018, 9, 20), 734


class ShopConfig(Settings):
    """Sizes and habits of a synthetic shop."""

    customers: int = Field(default=3_000, ge=1, description="Rows of customers.csv.")
    articles: int = Field(default=1_500, ge=50, le=_MAX_ARTICLES, description="Rows of articles.csv.")
    transactions: int = Field(
        default=120_000,
        ge=1,
        description="Rows of transactions_train.csv; within 2 % from about 10,000 on, exact from 3,000,000 on.",
    )
    days: int = Field(default=180, description="Length of the history including the label period.")
    seed: int = Field(default=0, ge=0, description="The same seed, sizes and habits give the same bytes.")
    label_days: int = Field(default=7, ge=1, description="Length of the last period, for which the oracle ranks.")
    first_day: datetime.date = Field(default=datetime.date(2020, 3, 27), description="Day of the first transactions.")
    habits: Habits = Field(default=DENSE, description="How customers buy.")

    @model_validator(mode="after")
    def _check_days(self) -> "ShopConfig":
        if self.days < self.label_days + PERIOD_DAYS:
            raise ValueError(f"days must be at least label_days + {PERIOD_DAYS}. Received: {self.days}.")
        return self

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
        return cls.from_tree({**sizes, **given})
