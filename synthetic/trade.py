"""The shop's trade, drawn period by period: who comes, what each puts into the basket, and what is remembered."""

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

_UNITS_MOST = 40
# From so many rows on, the last period's repeated rows can make up for what chance left missing.
_EXACT_FROM, _EXACT_MARGIN = 3_000_000, 0.02

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True)
class Traded:
    """One period's trade: the market, the memory of what came before it, who came, and the CSV's rows."""

    market: Market
    memory: Memory
    customers: Ints
    rows: pa.Table


def trade(
    config: ShopConfig,
    catalogue: Catalogue,
    people: People,
    styles: demand.Styles,
    rng: np.random.Generator,
) -> Iterator[Traded]:
    """Draws one period after the other; the memory of one yield is changed before the next.

    Args:
        config: of the shop.
        catalogue: its articles.
        people: its customers.
        styles: the latent styles.
        rng: source of chance.

    """
    stretches = periods(config)
    links = demand.make_links(catalogue)
    memory = Memory(len(people))
    trend = rng.normal(0.0, 0.5, len(catalogue))
    volumes = np.array([volume(config, stretch) for stretch in stretches])
    due = np.cumsum(volumes) / volumes.sum() * config.transactions
    bought = np.zeros(0, np.int64), np.zeros(0, np.int64)
    written, visits_so_far = 0, 0
    for stretch in stretches:
        middle = dates(config, stretch)[stretch.days // 2]
        trend = demand.next_trend(trend, rng, config.habits)
        week = middle.timetuple().tm_yday / 7.0
        appeal = demand.appeal(catalogue, trend, stretch.number, week, config.habits)
        market = Market(catalogue, people, styles, links, appeal, stretch.number)
        exactly = None
        wanted = due[stretch.number] - written
        if stretch is stretches[-1] and config.transactions >= _EXACT_FROM:
            exactly = config.transactions - written
            wanted *= 1.0 - _EXACT_MARGIN
        # What is still due, at the rows per visit seen so far, so that the total comes out as asked.
        rows_per_visit = (written + 40 * 3.7) / (visits_so_far + 40)
        visits = max(1, round(wanted / rows_per_visit))
        customers = _visitors(people, stretch.number, visits, rng)
        units = np.exp(rng.normal(config.habits.units_log_mean, config.habits.units_log_spread, visits))
        units = np.clip(units, 1, _UNITS_MOST).astype(np.int64)
        visit = np.repeat(np.arange(visits), units)
        memory.add(*bought, stretch.number - 1)
        unit, articles = market.draw(customers[visit], memory, rng)
        visit = visit[unit]
        # Remembered from the next period on: the oracle must not see the label period.
        bought = customers[visit], articles
        rows = sales(config, stretch, market, customers, visit, articles, rng, exactly)
        yield Traded(market, memory, customers, rows)
        written += rows.num_rows
        visits_so_far += visits


def _visitors(people: People, period: int, visits: int, rng: np.random.Generator) -> Ints:
    """Customers `[visits]`: those sure to come in this period, then by activity."""
    sure = np.flatnonzero(people.sure == period)[:visits]
    running = np.cumsum(np.where(people.joined <= period, people.activity, 0.0))
    if running[-1] == 0.0:
        running = np.cumsum(people.activity)
    drawn = rng.random(visits - len(sure)) * running[-1]
    return np.r_[sure, np.minimum(np.searchsorted(running, drawn, side="right"), len(people) - 1)]
