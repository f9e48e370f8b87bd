"""Outlook of the articles: whether each is sold in the next week, how many units, and for how many weeks more.

Three regressions over all articles and the past weeks before a state's day. Their inputs are the sales before a week
(`article_weeks.py`), their targets

- a sale in the week, by logistic regression;
- the units of the week less the mean of the four weeks before it, by least absolute deviations: a median, which has the
  smallest absolute error;
- the weeks until the last sale within the next `LIFETIME_WEEKS`, as a share of these: a restricted mean lifetime.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa

from components.features.article_weeks import ArticleWeeks
from components.features.regressions import Rows, fit_median, fit_share

MIN_WEEKS = 4
LEARNED_WEEKS = 26
LIFETIME_WEEKS = 13
HALF_LIFE_WEEKS = 6.0
MAX_ROWS = 50_000  # examples of a regression; more are thinned out


def outlook(sales: ArticleWeeks) -> pa.Table:
    """Forecasts the sales of all articles after the last week.

    Args:
        sales: sales by article and week.

    Returns:
        Columns `article_row` (int32), `sold_probability` in [0, 1], `expected_units` in a week, at least 0, and
        `lifetime_weeks` in [0, `LIFETIME_WEEKS`], or up to half of the weeks of sales if that is less (float32). All
        are NaN if the sales span fewer than `MIN_WEEKS`: too few to learn a forecast from.
    """
    num_articles, weeks = sales.units.shape
    if weeks < MIN_WEEKS:
        return _table(*(np.full(num_articles, np.nan),) * 3)
    learned = range(max(1, weeks - LEARNED_WEEKS), weeks)
    units = _rows(sales, learned, lambda week: sales.units[:, week] - sales.mean_units(week))
    sold = _rows(sales, learned, lambda week: sales.units[:, week] > 0)
    horizon = lifetime_horizon(weeks)
    ended = range(max(1, weeks - horizon - LEARNED_WEEKS + 1), weeks - horizon + 1)
    lifetimes = _rows(sales, ended, lambda week: sales.weeks_until_last_sale(week, horizon) / horizon)
    now = sales.inputs(weeks)
    return _table(
        fit_share(sold)(now),
        np.maximum(sales.mean_units(weeks) + fit_median(units)(now), 0.0),
        horizon * fit_share(lifetimes)(now),
    )


def lifetime_horizon(weeks: int) -> int:
    """Returns the largest lifetime of the forecast, in weeks.

    Args:
        weeks: number of weeks of sales.

    >>> lifetime_horizon(52), lifetime_horizon(5), lifetime_horizon(1)
    (13, 2, 1)
    """
    return max(min(LIFETIME_WEEKS, weeks // 2), 1)


def _rows(sales: ArticleWeeks, weeks: Sequence[int], target: Callable[[int], np.ndarray]) -> Rows:
    """Joins the examples of weeks. An example counts half for each `HALF_LIFE_WEEKS` of its age."""
    num_articles = len(sales.units)
    step = max(-(-num_articles * len(weeks) // MAX_ROWS), 1)  # every step-th article, others in each week
    inputs, targets, weights = [np.zeros((0, sales.inputs(1).shape[1]))], [np.zeros(0)], [np.zeros(0)]
    for week in weeks:
        chosen = slice(week % step, None, step)
        inputs.append(sales.inputs(week, chosen))
        targets.append(target(week)[chosen].astype(np.float64))
        weights.append(np.full(len(targets[-1]), 0.5 ** ((weeks[-1] - week) / HALF_LIFE_WEEKS)))
    return Rows(np.concatenate(inputs), np.concatenate(targets), np.concatenate(weights))


def _table(sold_probability: np.ndarray, expected_units: np.ndarray, lifetime_weeks: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "article_row": np.arange(len(sold_probability), dtype=np.int32),
            "sold_probability": sold_probability.astype(np.float32),
            "expected_units": expected_units.astype(np.float32),
            "lifetime_weeks": lifetime_weeks.astype(np.float32),
        }
    )
