"""Measures the outlook of the articles against simple forecasts on the last weeks of a shop (`make quality-outlook`).

    python -m benchmarks.quality.outlook --data DIR [--weeks 4] [--label-days 7] [--to docs/quality.md]

Each week is forecast from the purchases before it. Figures are over all articles of the catalogue and all weeks.
"""

import argparse
import dataclasses
import itertools
import pathlib
import sys
import tempfile
import time
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import scipy.stats

from benchmarks import document
from benchmarks.environment import environment, in_words
from components.features.article_weeks import ArticleWeeks, read_article_weeks, read_product_types
from components.features.duckdb_engine import DuckDbEngine
from components.features.outlook import LIFETIME_WEEKS, outlook
from components.features.regressions import Rows, fit_median
from components.features.states import prepare
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from transforms.calendar import date_of

COMMAND = "make quality-outlook"
_BINS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
_MIN_PROBABILITY = 1e-4


@dataclasses.dataclass(frozen=True)
class Week:
    """A week that was forecast.

    Attributes:
        first_day: date of its first day.
        sales: the sales before it.
        forecast: the outlook.
        sold: `[articles]` units sold in it.
        hindsight: `[articles]` units by the regression of `expected_units`, fitted to the units sold in this very week:
            what the best coefficients could forecast.
        lifetimes: `[articles]` weeks from its start until the last sale in `LIFETIME_WEEKS`; None if fewer are known.
        seconds: processor time of the outlook.
    """

    first_day: str
    sales: ArticleWeeks
    forecast: pa.Table
    sold: np.ndarray
    hindsight: np.ndarray
    lifetimes: np.ndarray | None
    seconds: float

    def column(self, name: str) -> np.ndarray:
        """A column of the outlook, `[articles]` float64."""
        return np.asarray(self.forecast[name].to_numpy(), np.float64)


def forecast_weeks(data: pathlib.Path, backs: Sequence[int], label_days: int) -> list[Week]:
    """Forecasts past weeks of a shop.

    Args:
        data: folder of the three CSVs.
        backs: numbers of weeks from the first day of each week to the end of the data.
        label_days: length of a week, in days.
    """
    with tempfile.TemporaryDirectory(prefix="outlook-") as name:
        folder = pathlib.Path(name)
        ingest(data, folder / "tables", IngestConfig())
        engine = DuckDbEngine(folder)
        try:
            prepare(engine, folder / "tables", folder / "states")
            end = engine.query("select max(day) + 1 as day from purchases").to_pylist()[0]["day"]
            types = read_product_types(engine)
            whole = read_article_weeks(engine, end, label_days, types)
            weeks = []
            for back in backs:
                sales = read_article_weeks(engine, end - back * label_days, label_days, types)
                started = time.process_time()
                forecast = outlook(sales)
                seconds = time.process_time() - started
                at = whole.num_weeks - back
                known = back >= LIFETIME_WEEKS
                lifetimes = whole.weeks_until_last_sale(at, LIFETIME_WEEKS) if known else None
                first_day = date_of(end - back * label_days)
                hindsight = _hindsight(sales, whole.units[:, at])
                weeks.append(Week(first_day, sales, forecast, whole.units[:, at], hindsight, lifetimes, seconds))
            return weeks
        finally:
            engine.close()


def _hindsight(sales: ArticleWeeks, sold: np.ndarray) -> np.ndarray:
    inputs, start = sales.inputs(sales.num_weeks), sales.mean_units(sales.num_weeks)
    return np.maximum(start + fit_median(Rows(inputs, sold - start, np.ones(len(sold))))(inputs), 0.0)


def wape(forecast: np.ndarray, sold: np.ndarray) -> float:
    """The weighted absolute percentage error: the sum of absolute errors over the sum of units sold.

    >>> wape(np.array([1.0, 4.0]), np.array([2.0, 3.0]))
    0.4
    """
    return float(np.abs(forecast - sold).sum() / sold.sum())


def area_under_curve(score: np.ndarray, positive: np.ndarray) -> float:
    """The area under the ROC curve; ties count half.

    >>> area_under_curve(np.array([0.9, 0.5, 0.5]), np.array([True, True, False]))
    0.75
    """
    count = positive.sum()
    ranks = scipy.stats.rankdata(score)[positive].sum()
    return float((ranks - count * (count + 1) / 2) / (count * (len(positive) - count)))


def log_loss(chance: np.ndarray, happened: np.ndarray) -> float:
    """The mean negative logarithm of the probability of what happened, at least 1e-4.

    >>> round(log_loss(np.array([0.5, 0.5]), np.array([True, False])), 4)
    0.6931
    """
    right = np.where(happened, chance, 1.0 - chance)
    return float(-np.log(np.maximum(right, _MIN_PROBABILITY)).mean())


def share_sold_by_last_week(sales: ArticleWeeks, largest: int = 10) -> np.ndarray:
    """A probability of a sale from last week's units alone, `[articles]`.

    It is the share of the articles with as many units in a week that were sold in the following one, over all past
    weeks. Units above `largest` count as one group.
    """
    groups = np.minimum(sales.units, largest).astype(int)
    before, after = groups[:, :-1].ravel(), (sales.units[:, 1:] > 0).ravel()
    sold = np.bincount(before, after, largest + 1)
    return ((sold + 0.5) / (np.bincount(before, minlength=largest + 1) + 1.0))[groups[:, -1]]


def render(weeks: Sequence[Week], earlier: Sequence[Week]) -> str:
    """A Markdown text of all tables.

    Args:
        weeks: weeks whose units and sales are compared with the forecast.
        earlier: weeks with known lifetimes.
    """
    seconds, articles = np.mean([week.seconds for week in [*weeks, *earlier]]), len(weeks[0].sold)
    intro = (
        f"{in_words(environment())}. {articles:,} articles; weeks from "
        f"{', '.join(week.first_day for week in weeks)}. One outlook took {seconds:.1f} s of processor time."
    )
    parts = [intro, "#### Units of the next week", _units_table(weeks)]
    parts += ["#### Sold in the next week", _sold_table(weeks), "#### Calibration", _calibration_table(weeks)]
    if earlier:
        days = (
            f"Over the weeks from {', '.join(week.first_day for week in earlier)}, with {LIFETIME_WEEKS} known weeks."
        )
        parts += ["#### Weeks until the last sale", days, _lifetime_table(earlier)]
    return "\n\n".join(parts)


def _units_table(weeks: Sequence[Week]) -> str:
    naive = {
        "last week": [week.sales.units[:, -1] for week in weeks],
        "mean of 4 weeks": [week.sales.mean_units(week.sales.num_weeks) for week in weeks],
        "mean of 13 weeks": [week.sales.mean_units(week.sales.num_weeks, (0, 13)) for week in weeks],
    }
    ours = [week.column("expected_units") for week in weeks]
    forecasts = {
        **naive,
        "mean of 4 weeks, rounded": [np.round(values) for values in naive["mean of 4 weeks"]],
        "`expected_units`": ours,
        "`expected_units`, rounded": [np.round(values) for values in ours],
        "the same, fitted to the judged week itself": [week.hindsight for week in weeks],
        "the same, rounded": [np.round(week.hindsight) for week in weeks],
    }
    sold = [week.sold for week in weeks]
    reference = wape(np.concatenate(forecasts["mean of 4 weeks"]), np.concatenate(sold))
    rows = []
    for name, values in forecasts.items():
        error, total = wape(np.concatenate(values), np.concatenate(sold)), np.concatenate(values).sum()
        by_week = ", ".join(f"{wape(*pair):.4f}" for pair in zip(values, sold, strict=True))
        against, bias = (
            f"{100 * (ratio - 1):+.1f} %" for ratio in (error / reference, total / np.concatenate(sold).sum())
        )
        rows.append((name, f"{error:.4f}", by_week, against, bias))
    noise = _poisson_noise(np.concatenate(forecasts["mean of 4 weeks"]))
    rows.append(("Poisson noise alone", f"{noise:.4f}", "", f"{100 * (noise / reference - 1):+.1f} %", ""))
    header = ("forecast", "WAPE", "by week", "against the mean of 4 weeks", "sum against units sold")
    return document.table(header, rows)


def _poisson_noise(rates: np.ndarray) -> float:
    """The WAPE of the medians of Poisson counts whose rates are known: what no forecast of these rates could avoid."""
    units = np.arange(rates.max() + 10.0 * np.sqrt(rates.max() + 1.0))
    distinct, count = np.unique(np.round(rates, 6), return_counts=True)
    medians = scipy.stats.poisson.median(distinct)
    chances = scipy.stats.poisson.pmf(units[None], distinct[:, None])
    errors = (chances * np.abs(units[None] - medians[:, None])).sum(axis=1)
    return float((errors * count).sum() / (distinct * count).sum())


def _sold_table(weeks: Sequence[Week]) -> str:
    happened = [week.sold > 0 for week in weeks]
    forecasts = {
        "last week's units": [share_sold_by_last_week(week.sales) for week in weeks],
        "`sold_probability`": [week.column("sold_probability") for week in weeks],
    }
    rows = [
        (name, *(f"{np.mean([f(*each) for each in zip(v, happened, strict=True)]):.4f}" for f in _SCORES))
        for name, v in forecasts.items()
    ]
    return document.table(("forecast", "AUC", "log loss"), rows)


_SCORES = (area_under_curve, log_loss)


def _calibration_table(weeks: Sequence[Week]) -> str:
    chance = np.concatenate([week.column("sold_probability") for week in weeks])
    happened = np.concatenate([week.sold > 0 for week in weeks])
    rows = []
    for low, high in itertools.pairwise(_BINS):
        inside = (chance >= low) & (chance < high if high < 1.0 else chance <= high)
        if inside.any():
            shares = (f"{values[inside].mean():.3f}" for values in (chance, happened))
            rows.append((f"{low:g} to {high:g}", f"{inside.sum():,}", *shares))
    return document.table(("`sold_probability`", "articles and weeks", "mean", "share sold"), rows)


def _lifetime_table(weeks: Sequence[Week]) -> str:
    errors: dict[str, list[np.ndarray]] = {"mean by weeks since the last sale": [], "`lifetime_weeks`": []}
    for week in weeks:
        assert week.lifetimes is not None
        naive, ours = errors.values()
        naive.append(_lifetime_by_recency(week.sales) - week.lifetimes)
        ours.append(week.column("lifetime_weeks") - week.lifetimes)
    rows = []
    for name, parts in errors.items():
        joined = np.concatenate(parts)
        rows.append((name, f"{np.sqrt(np.square(joined).mean()):.3f}", f"{joined.mean():+.3f}"))
    return document.table(("forecast", "root mean square error, weeks", "mean error, weeks"), rows)


def _lifetime_by_recency(sales: ArticleWeeks) -> np.ndarray:
    """The mean lifetime of past articles that were last sold as many weeks before, up to 13, `[articles]`."""
    at = sales.num_weeks - LIFETIME_WEEKS
    groups = _weeks_since(sales, at)
    lifetimes = sales.weeks_until_last_sale(at, LIFETIME_WEEKS)
    sums, counts = (np.bincount(groups, weights, LIFETIME_WEEKS + 1) for weights in (lifetimes, None))
    return (sums / np.maximum(counts, 1))[_weeks_since(sales, sales.num_weeks)]


def _weeks_since(sales: ArticleWeeks, week: int) -> np.ndarray:
    sold = sales.units[:, max(week - LIFETIME_WEEKS, 0) : week][:, ::-1] > 0
    return np.where(sold.any(axis=1), np.argmax(sold, axis=1), LIFETIME_WEEKS)


def main() -> int:
    """Forecasts, and prints or writes the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.outlook", description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder of the three CSVs")
    parser.add_argument("--weeks", type=int, default=4, help="number of last weeks to forecast")
    parser.add_argument("--label-days", type=int, default=7, help="length of a week, in days")
    parser.add_argument("--to", type=pathlib.Path, help="document to write the tables to")
    options = parser.parse_args()
    backs = range(options.weeks, 0, -1)
    weeks = forecast_weeks(options.data, backs, options.label_days)
    earlier = forecast_weeks(options.data, [back + LIFETIME_WEEKS for back in backs], options.label_days)
    text = render(weeks, earlier)
    document.publish(text, options.to, COMMAND)
    return 0


if __name__ == "__main__":
    sys.exit(main())
