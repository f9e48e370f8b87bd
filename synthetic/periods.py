"""The stretches of days that a shop is drawn in, and how much is bought on which day."""

import dataclasses
import datetime

import numpy as np
import numpy.typing as npt

from synthetic.config import PERIOD_DAYS, ShopConfig

# Monday to Sunday: relative number of visits, near what H&M's sample shows.
_WEEKDAYS = np.array([0.134, 0.123, 0.155, 0.155, 0.148, 0.150, 0.135])


@dataclasses.dataclass(frozen=True)
class Period:
    """A stretch of days, counted from the shop's first."""

    number: int
    first: int
    days: int


def periods(config: ShopConfig) -> list[Period]:
    """The periods: the last `label_days` days, weeks before it, and what is left at the beginning."""
    ends = [*reversed(range(config.days - config.label_days, 0, -PERIOD_DAYS)), config.days]
    starts = [0, *ends[:-1]]
    return [Period(number, a, b - a) for number, (a, b) in enumerate(zip(starts, ends, strict=True))]


def dates(config: ShopConfig, period: Period) -> list[datetime.date]:
    """The days of a period."""
    return [config.first_day + datetime.timedelta(days=period.first + day) for day in range(period.days)]


def volume(config: ShopConfig, period: Period) -> float:
    """How much is bought in a period, relative to others."""
    return float(sum(config.habits.months[day.month - 1] * _WEEKDAYS[day.weekday()] for day in dates(config, period)))


def day_shares(days: list[datetime.date]) -> npt.NDArray[np.float64]:
    """`[days]` share of each day of a period in its visits, sums to 1."""
    shares = np.array([_WEEKDAYS[day.weekday()] for day in days])
    return shares / shares.sum()
