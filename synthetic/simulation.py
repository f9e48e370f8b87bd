"""Simulates the shop period by period: visits, baskets and purchase histories."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthetic import demand
from synthetic.baskets import Market
from synthetic.catalogue import Catalogue
from synthetic.config import ShopConfig
from synthetic.memory import Memory
from synthetic.people import People
from synthetic.periods import dates, periods, volume
from synthetic.sales import sales

_MAX_UNITS = 40
# From this number of rows on, repeated rows in the last period make the total exact.
EXACT_FROM, _EXACT_MARGIN = 3_000_000, 0.02

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class SimulatedPeriod:
    """The result of one period.

    Attributes:
        market: the shop in the period.
        memory: purchases before the period.
        customers: `[n]` customer of each purchase.
        articles: `[n]` article of each purchase.
        arrivals: `[m, 2]` distinct pairs of a customer and an article that was never sold before this period, sorted.
        rows: rows of the CSV.
    """

    market: Market
    memory: Memory
    customers: Ints
    articles: Ints
    arrivals: Ints
    rows: pa.Table


def simulate(
    config: ShopConfig,
    catalogue: Catalogue,
    people: People,
    styles: demand.Styles,
    rng: np.random.Generator,
) -> Iterator[SimulatedPeriod]:
    """Yields one period after the other. The memory of a yielded period changes when the next one is requested.

    Args:
        config: the shop.
        catalogue: its articles.
        people: its customers.
        styles: the latent styles.
        rng: random number generator.
    """
    all_periods = periods(config)
    links = demand.make_links(catalogue)
    memory = Memory(len(people))
    trend = rng.normal(0.0, 0.5, len(catalogue))
    volumes = np.array([volume(config, period) for period in all_periods])
    due = np.cumsum(volumes) / volumes.sum() * config.transactions
    bought = np.zeros(0, np.int64), np.zeros(0, np.int64)
    sold = np.zeros(len(catalogue), bool)
    written, visits_so_far = 0, 0
    for period in all_periods:
        middle = dates(config, period)[period.days // 2]
        trend = demand.next_trend(trend, rng, config.habits)
        week = middle.timetuple().tm_yday / 7.0
        appeal = demand.appeal(catalogue, trend, period.number, week, config.habits)
        market = Market(catalogue, people, styles, links, appeal, period.number)
        exactly = None
        wanted = due[period.number] - written
        if period is all_periods[-1] and config.transactions >= EXACT_FROM:
            exactly = config.transactions - written
            wanted *= 1.0 - _EXACT_MARGIN
        # Divides the rows that are still missing by the rows per visit so far, so that the total is reached.
        rows_per_visit = (written + 40 * 3.7) / (visits_so_far + 40)
        visits = max(1, round(wanted / rows_per_visit))
        customers = _visitors(people, period.number, visits, rng)
        units = np.exp(rng.normal(config.habits.units_log_mean, config.habits.units_log_spread, visits))
        units = np.clip(units, 1, _MAX_UNITS).astype(np.int64)
        visit = np.repeat(np.arange(visits), units)
        memory.add(*bought, period.number - 1)
        unit, articles = market.draw(customers[visit], memory, rng)
        visit = visit[unit]
        # Added to the memory in the next period, because the oracle must not see the label period.
        bought = customers[visit], articles
        rows = sales(config, period, market, customers, visit, articles, rng, exactly)
        never = ~sold[articles]
        arrivals = np.unique(np.stack(bought, axis=1)[never], axis=0)
        sold[articles] = True
        yield SimulatedPeriod(market, memory, *bought, arrivals, rows)
        written += rows.num_rows
        visits_so_far += visits


def _visitors(people: People, period: int, visits: int, rng: np.random.Generator) -> Ints:
    """Customers `[visits]`: those who certainly visit in this period, then others by activity."""
    sure = np.flatnonzero(people.sure == period)[:visits]
    running = np.cumsum(np.where(people.joined <= period, people.activity, 0.0))
    if running[-1] == 0.0:
        running = np.cumsum(people.activity)
    drawn = rng.random(visits - len(sure)) * running[-1]
    return np.r_[sure, np.minimum(np.searchsorted(running, drawn, side="right"), len(people) - 1)]
