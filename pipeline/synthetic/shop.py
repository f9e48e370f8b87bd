"""Makes a synthetic shop: H&M's three CSVs, and the oracle's ranking for the last week.

The shop is drawn period by period (weeks counted back from the end) from the intensities of `demand`, and
written as it is drawn: memory holds the customers, the articles and one period's purchases.

What it imitates, default size and seed 0 beside a sample of 1,364 H&M customers over two years
(`python -m pipeline.synthetic.compare SHOP REAL` prints the whole table):

    statistic                               synthetic    H&M sample
    basket rows: mean, median, 95 %         3.80, 2, 11  3.60, 2, 10
    rows that repeat a row of the day       0.12         0.10
    rows per customer: 90 % / median        5.1          6.8
    sold online                             0.71         0.71
    price: 5 %, median, 95 %                0.0061, 0.0203, 0.0593   0.0076, 0.0254, 0.0593
    age: 10 %, median, 90 %                 21, 30, 54   21, 31, 56
    null: FN, Active, age                   0.65, 0.66, 0.013        0.67, 0.68, 0.009

What it does not, on purpose or for its size:

- Bought again on a later day: 0.40 (mean of 5 seeds) against H&M's 0.04. The shop is denser, as a shop of
  consumables is (UCI Online Retail II has 0.28), so that 120,000 rows hold something to learn. MAP@12 is
  thereby ten times what full H&M allows: it judges recommenders on this shop, and says nothing of H&M.
- Customers buy more (40 rows in half a year against 23 in two years); the tail is shorter.
- The top 1 % of articles have 13 % of the rows; in the sample 8 %, in H&M's complete last week 20 %.
- Weekdays change how much is bought, not what. Sizes are not told apart, as in H&M's data.

MAP@12 on the last week, mean of seeds 0 to 4: popular 7 days 0.059, own purchases most recent first 0.147,
most frequent first 0.149, oracle 0.280. The strengths in `demand` were set looking at seeds 0 to 2.
"""

import dataclasses
import datetime
import pathlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.synthetic import demand, tables
from pipeline.synthetic.baskets import Market
from pipeline.synthetic.catalogue import Catalogue, make_catalogue
from pipeline.synthetic.memory import Memory
from pipeline.synthetic.oracle import Oracle
from pipeline.synthetic.people import People, make_people
from transforms import columns
from transforms.errors import ConfigError
from transforms.progress import Progress

ORACLE = "oracle.csv"
PERIOD_DAYS = 7
# Monday to Sunday, and January to December: relative number of visits, near what H&M's sample shows.
_WEEKDAYS = np.array([0.134, 0.123, 0.155, 0.155, 0.148, 0.150, 0.135])
_MONTHS = np.array([0.90, 0.80, 0.90, 1.05, 1.15, 1.25, 1.25, 1.00, 1.00, 0.95, 0.95, 0.85])
_UNITS_LOG_MEAN, _UNITS_LOG_SPREAD, _UNITS_MOST = 0.72, 0.80, 40
_ONE_MORE_RATE, _TWO_MORE_RATE = 0.030, 0.005
_POUNDS_PER_PRICE = 590.0
_MARKDOWN_PERIODS = 4
_MOST_ARTICLES = 1_000_000

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShopConfig:
    """Size of a synthetic shop.

    Attributes:
        customers: rows of `customers.csv`; 1 or more.
        articles: rows of `articles.csv`; 50 to 1,000,000.
        transactions: rows of `transactions_train.csv`, held to within 2 % from some 10,000 on; 1 or more.
        days: length of the shop's history, label week included; at least `label_days` + 7.
        seed: the same seed and sizes give the same bytes; 0 or more.
        label_days: length of the last period, which the oracle ranks for; 1 or more.
        first_day: day of the first transactions.

    """

    customers: int = 3_000
    articles: int = 1_500
    transactions: int = 120_000
    days: int = 180
    seed: int = 0
    label_days: int = 7
    first_day: datetime.date = datetime.date(2020, 3, 27)

    def __post_init__(self) -> None:
        """Checks the ranges."""
        _at_least("customers", self.customers, 1)
        _at_least("articles", self.articles, 50)
        _at_least("transactions", self.transactions, 1)
        _at_least("seed", self.seed, 0)
        _at_least("label_days", self.label_days, 1)
        _at_least("days", self.days, self.label_days + PERIOD_DAYS)
        if self.articles > _MOST_ARTICLES:
            raise ConfigError(f"articles must be {_MOST_ARTICLES} or fewer; received {self.articles}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShopSummary:
    """What was written.

    Attributes:
        folder: where the files lie.
        customers, articles, transactions: rows of the three tables.
        label_customers: customers who buy in the last `label_days`, the rows of `oracle.csv`.
        first_day, last_day: of the transactions, both included.
        label_first_day: first day of the label period.

    """

    folder: pathlib.Path
    customers: int
    articles: int
    transactions: int
    label_customers: int
    first_day: datetime.date
    last_day: datetime.date
    label_first_day: datetime.date


@dataclasses.dataclass(frozen=True)
class Period:
    """A stretch of days, counted from the shop's first."""

    number: int
    first: int
    days: int


@dataclasses.dataclass(frozen=True)
class Traded:
    """One period's trade: the market, the memory of what came before it, who came, and the CSV's rows."""

    market: Market
    memory: Memory
    customers: Ints
    rows: pa.Table


def periods(config: ShopConfig) -> list[Period]:
    """The periods: the last `label_days` days, weeks before it, and what is left at the beginning."""
    ends = [*reversed(range(config.days - config.label_days, 0, -PERIOD_DAYS)), config.days]
    starts = [0, *ends[:-1]]
    return [Period(number, a, b - a) for number, (a, b) in enumerate(zip(starts, ends, strict=True))]


def synthesize(config: ShopConfig, to: pathlib.Path) -> ShopSummary:
    """Writes `articles.csv`, `customers.csv`, `transactions_train.csv` and `oracle.csv`.

    `oracle.csv` has `customer_id,prediction`, a row for every customer who buys in the last `label_days`
    days: 12 article ids separated by spaces, ranked by true purchase probability given all that came before.

    Args:
        config: sizes and seed.
        to: folder, made if need be. Each file is written beside its place and renamed when complete.

    Raises:
        OSError: the folder cannot be written.

    """
    to.mkdir(parents=True, exist_ok=True)
    stretches = periods(config)
    of_catalogue, of_styles, of_people, of_demand = (
        np.random.default_rng(seed) for seed in np.random.SeedSequence(config.seed).spawn(4)
    )
    catalogue = make_catalogue(config.articles, len(stretches), of_catalogue)
    styles = demand.make_styles(catalogue, of_styles)
    people = make_people(config.customers, len(stretches), styles.ages, of_people)
    with tables.whole_or_nothing(to / columns.FILES["articles"]) as stream:
        tables.write_header(stream, catalogue.table.column_names)
        tables.write_rows(stream, catalogue.table, quoted=frozenset(catalogue.table.column_names))
    with tables.whole_or_nothing(to / columns.FILES["customers"]) as stream:
        tables.write_header(stream, people.table.column_names)
        tables.write_rows(stream, people.table)

    written = 0
    with (
        tables.whole_or_nothing(to / ORACLE) as oracle_stream,
        tables.whole_or_nothing(to / columns.FILES["transactions"]) as stream,
        Progress("synthesize", "transactions", config.transactions) as progress,
    ):
        tables.write_header(stream, [column.name for column in columns.TRANSACTIONS])
        for traded in _trade(config, stretches, catalogue, people, styles, of_demand):
            tables.write_rows(stream, traded.rows)
            written += traded.rows.num_rows
            progress.reach(written)
        # `traded` is the label period now, its memory that of the period's beginning.
        buyers = np.unique(traded.customers)
        tables.write_header(oracle_stream, [columns.CUSTOMER_ID, "prediction"])
        best = Oracle(traded.market).rank(buyers, traded.memory)
        tables.write_rows(oracle_stream, _predictions(people, catalogue, buyers, best))
    return ShopSummary(
        folder=to,
        customers=len(people),
        articles=len(catalogue),
        transactions=written,
        label_customers=len(buyers),
        first_day=config.first_day,
        last_day=config.first_day + datetime.timedelta(days=config.days - 1),
        label_first_day=config.first_day + datetime.timedelta(days=stretches[-1].first),
    )


def _trade(
    config: ShopConfig,
    stretches: list[Period],
    catalogue: Catalogue,
    people: People,
    styles: demand.Styles,
    rng: np.random.Generator,
) -> Iterator[Traded]:
    """Draws one period after the other."""
    links = demand.make_links(catalogue)
    memory = Memory(len(people))
    trend = rng.normal(0.0, 0.5, len(catalogue))
    volume = np.array([_volume(config, stretch) for stretch in stretches])
    due = np.cumsum(volume) / volume.sum() * config.transactions
    bought = np.zeros(0, np.int64), np.zeros(0, np.int64)
    written, visits_so_far = 0, 0
    for stretch in stretches:
        middle = config.first_day + datetime.timedelta(days=stretch.first + stretch.days // 2)
        trend = demand.next_trend(trend, rng)
        week = middle.timetuple().tm_yday / 7.0
        appeal = demand.appeal(catalogue, trend, stretch.number, week)
        market = Market(catalogue, people, styles, links, appeal, stretch.number)
        # What is still due, at the rows per visit seen so far, so that the total comes out as asked.
        rows_per_visit = (written + 40 * 3.7) / (visits_so_far + 40)
        visits = max(1, round((due[stretch.number] - written) / rows_per_visit))
        customers = _visitors(people, stretch.number, visits, rng)
        units = np.exp(rng.normal(_UNITS_LOG_MEAN, _UNITS_LOG_SPREAD, visits))
        units = np.clip(units, 1, _UNITS_MOST).astype(np.int64)
        visit = np.repeat(np.arange(visits), units)
        memory.add(*bought, stretch.number - 1)
        unit, articles = market.draw(customers[visit], memory, rng)
        visit = visit[unit]
        # Remembered from the next period on: the oracle must not see the label period.
        bought = customers[visit], articles
        rows = _rows(config, stretch, market, customers, visit, articles, rng)
        yield Traded(market, memory, customers, rows)
        written += rows.num_rows
        visits_so_far += visits


def _volume(config: ShopConfig, stretch: Period) -> float:
    days = [config.first_day + datetime.timedelta(days=stretch.first + day) for day in range(stretch.days)]
    return float(sum(_MONTHS[day.month - 1] * _WEEKDAYS[day.weekday()] for day in days))


def _visitors(people: People, period: int, visits: int, rng: np.random.Generator) -> Ints:
    """Customers `[visits]`: those sure to come in this period, then by activity."""
    sure = np.flatnonzero(people.sure == period)[:visits]
    running = np.cumsum(np.where(people.joined <= period, people.activity, 0.0))
    if running[-1] == 0.0:
        running = np.cumsum(people.activity)
    drawn = rng.random(visits - len(sure)) * running[-1]
    return np.r_[sure, np.minimum(np.searchsorted(running, drawn, side="right"), len(people) - 1)]


def _rows(
    config: ShopConfig,
    stretch: Period,
    market: Market,
    customers: Ints,
    visit: Ints,
    articles: Ints,
    rng: np.random.Generator,
) -> pa.Table:
    people, catalogue = market.people, market.catalogue
    dates = [config.first_day + datetime.timedelta(days=stretch.first + day) for day in range(stretch.days)]
    shares = np.array([_WEEKDAYS[date.weekday()] for date in dates])
    day = rng.choice(stretch.days, size=len(customers), p=shares / shares.sum())
    if len(customers) >= stretch.days:
        # No day without a sale, however small the shop.
        day[-stretch.days :] = np.arange(stretch.days)
    channel = 1 + (rng.random(len(customers)) < people.online[customers])

    more = rng.random(len(articles))
    copies = 1 + (more < _ONE_MORE_RATE + _TWO_MORE_RATE) + (more < _TWO_MORE_RATE)
    offer = rng.choice([1.0, 0.9, 0.8, 0.5], size=len(articles), p=[0.72, 0.12, 0.12, 0.04])
    last = catalogue.withdrawal[articles] - stretch.number <= _MARKDOWN_PERIODS
    pence = np.round(100 * catalogue.price_gbp[articles] * np.where(last, 0.6, 1.0) * offer).astype(np.int64)

    order = np.argsort(day[visit] * len(people) + customers[visit], kind="stable")
    order = np.repeat(order, copies[order])
    visit = visit[order]
    prices, price = np.unique(pence[order], return_inverse=True)
    price_text = [f"{p / 100 / _POUNDS_PER_PRICE:.15g}" for p in prices]
    arrays = {
        columns.DAY: pa.array([date.isoformat() for date in dates]).take(pa.array(day[visit])),
        columns.CUSTOMER_ID: people.ids.take(pa.array(customers[visit])),
        columns.ARTICLE_ID: catalogue.ids.take(pa.array(articles[order])),
        columns.PRICE: pa.array(price_text).take(pa.array(price)),
        columns.SALES_CHANNEL: pa.array(["", "1", "2"]).take(pa.array(channel[visit])),
    }
    return pa.table({column.name: arrays[column.name] for column in columns.TRANSACTIONS})


def _predictions(people: People, catalogue: Catalogue, buyers: Ints, best: Ints) -> pa.Table:
    places = [catalogue.ids.take(pa.array(best[:, place])) for place in range(best.shape[1])]
    return pa.table(
        {
            columns.CUSTOMER_ID: people.ids.take(pa.array(buyers)),
            "prediction": pc.binary_join_element_wise(*places, " "),
        }
    )


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise ConfigError(f"{name} must be {least} or more; received {value}")
