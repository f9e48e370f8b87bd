"""The periods in which a shop is drawn, and the volume of each period and day."""

import dataclasses
import datetime

import numpy as np
import numpy.typing as npt

from synthetic.config import PERIOD_DAYS, ShopConfig

# Monday to Sunday: relative number of visits, similar to H&M's sample.
_WEEKDAYS = np.array([0.134, 0.123, 0.155, 0.155, 0.148, 0.150, 0.135])


@dataclasses.dataclass(frozen=True)
class Period:
    """A period.

    Attributes:
        number: number of the period, from 0.
        first: first day, counted from the first day of the shop.
        days: number of days.
    """

    number: int
    first: int
    days: int


def periods(config: ShopConfig) -> list[Period]:
    """The periods: a shorter first one if needed, weeks, and the last `label_days` days."""
    ends = [*reversed(range(config.days - config.label_days, 0, -PERIOD_DAYS)), config.days]
    starts = [0, *ends[:-1]]
    return [Period(number, a, b - a) for number, (a, b) in enumerate(zip(starts, ends, strict=True))]


def dates(config: ShopConfig, period: Period) -> list[datetime.date]:
    """The days of a period."""
    return [config.first_day + datetime.timedelta(days=period.first + day) for day in range(period.days)]


def volume(config: ShopConfig, period: Period) -> float:
    """Relative number of visits in a period."""
    return float(sum(config.habits.months[day.month - 1] * _WEEKDAYS[day.weekday()] for day in dates(config, period)))


def day_shares(days: list[datetime.date]) -> npt.NDArray[np.float64]:
    """`[days]` share of each day of a period in its visits, sums to 1."""
    shares = np.array([_WEEKDAYS[day.weekday()] for day in days])
    return shares / shares.sum()
