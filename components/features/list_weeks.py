"""How many past weeks the ranker learns from: more where a week brings few lists."""

import itertools

from components.features.config import FeaturesConfig
from components.features.engine import Engine


def choose_list_weeks(engine: Engine, *, first: int, end: int, label_days: int, config: FeaturesConfig) -> int:
    """Counts customers who bought, week by week back from the test week, until there are `enough_lists`.

    Args:
        engine: after `states.prepare`.
        first: first day with a purchase.
        end: the day after the last purchase.
        label_days: length of a week, in days.
        config: `list_weeks`, `least_list_weeks`, `enough_lists`.

    Returns:
        At least `least_list_weeks` and at most `list_weeks` (which wins where it is the smaller); beyond the least no
        more than half of the weeks there are, so that the first of them has a history.
    """
    cut = end - label_days
    least = min(config.least_list_weeks, config.list_weeks)
    most = max(least, min(config.list_weeks, (end - first) // label_days // 2))
    counted = engine.table("buyers_by_week", cut=cut, label_days=label_days)
    customers = dict(zip(counted["week"].to_pylist(), counted["customers"].to_pylist(), strict=True))
    lists = list(itertools.accumulate(customers.get(week, 0) for week in range(most)))
    enough = next((week for week, total in enumerate(lists, 1) if total >= config.enough_lists), most)
    return max(least, enough)
