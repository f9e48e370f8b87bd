"""Chooses the number of past weeks the ranker is trained on: more if weeks have few lists."""

import itertools

from components.features.config import FeaturesConfig
from components.features.engine import Engine
from transforms.calendar import date_of
from transforms.columns import FILES
from transforms.errors import DataError

_MIN_WEEKS = 3  # history, a list week, the test week


def choose_list_weeks(engine: Engine, *, first: int, end: int, label_days: int, config: FeaturesConfig) -> int:
    """Counts the buyers of each week, backwards from the test week, until there are `enough_lists` lists.

    Args:
        engine: engine after `states.prepare`.
        first: first day with a purchase.
        end: the day after the last purchase.
        label_days: length of a week, in days.
        config: `list_weeks`, `min_list_weeks`, `enough_lists`.

    Returns:
        Number of weeks: at least `min_list_weeks` and at most `list_weeks` (the limit if it is smaller). Above the
        minimum, at most half of the weeks with purchases, so that the first list week has a history.

    Raises:
        DataError: no customer bought in any of the list weeks, so there is nothing to train on.
    """
    cut = end - label_days
    minimum = min(config.min_list_weeks, config.list_weeks)
    counted = engine.table("buyers_by_week", cut=cut, label_days=label_days)
    customers = dict(zip(counted["week"].to_pylist(), counted["customers"].to_pylist(), strict=True))
    # The test week and those before it. A mistyped early day would create many weeks without purchases.
    weeks_spanned = (end - first) // label_days
    weeks = min(weeks_spanned, 1 + len(customers))
    maximum = max(minimum, min(config.list_weeks, weeks // 2))
    lists = list(itertools.accumulate(customers.get(week, 0) for week in range(maximum)))
    if weeks_spanned >= _MIN_WEEKS and not lists[-1]:  # `plan` raises for shorter data
        raise DataError(
            f"at least one of the {maximum} list weeks before {date_of(cut)} must have customers who bought. Received: "
            f"none; check that the days in {FILES['transactions']} are correct, or give data of more days"
        )
    enough = next((week for week, total in enumerate(lists, 1) if total >= config.enough_lists), maximum)
    return max(minimum, enough)
