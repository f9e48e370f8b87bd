"""Makes a synthetic shop: H&M's three CSVs, and the oracle's ranking for the last week.

The shop is drawn period by period (weeks counted back from the end) from the intensities of `demand`, and
written as it is drawn: memory holds the customers, the articles and one period's purchases.

What it imitates, default size and seed 0 beside a sample of 1,364 H&M customers over two years
(`python -m benchmarks.synthetic.compare SHOP REAL` prints the whole table):

    statistic                               synthetic    H&M sample
    basket rows: mean, median, 95 %         3.80, 2, 11  3.60, 2, 10
    rows that repeat a row of the day       0.12         0.10
    rows per customer: 90 % / median        5.1          6.8
    sold online                             0.71         0.71
    price: 5 %, median, 95 %                0.0061, 0.0203, 0.0593   0.0076, 0.0254, 0.0593
    age: 10 %, median, 90 %                 21, 30, 54   21, 31, 56
    null: FN, Active, age                   0.65, 0.66, 0.013        0.67, 0.68, 0.009

`ShopConfig.at_scale` takes other habits and H&M's two years. Full size, seed 0, beside the same sample (S) and all
of H&M's last week (W); where it says 1 in 1,000, as many customers as the sample has before the whole catalogue
(`lookbook synthesize --scale 0.001 --articles 105542 --seed 0`):

    statistic                                   synthetic           H&M
    basket rows: mean, median, 95 %             3.61, 2, 10         3.60, 2, 10           S
    rows per customer: 10 %, median, 90 %       2, 9, 51            2, 9, 61              S
    rows a day, June and February / mean        1.30, 0.83          1.31, 0.82            S
    bought again, later day, 1 in 1,000         0.036               0.038                 S
    the same product, 1 in 1,000                0.055               0.072                 S
    top 1 %, 10 % of articles, 1 in 1,000       0.062, 0.30         0.075, 0.31           S
    top 1 %, 10 % of articles, last week        0.20, 0.62          0.20, 0.64            W
    customers, articles sold in the last week   70,119, 17,413      68,984, 17,986        W

What the default shop does not, on purpose or for its size:

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

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthetic import demand, tables
from synthetic.catalogue import Catalogue, make_catalogue
from synthetic.config import ShopConfig
from synthetic.oracle import Oracle
from synthetic.people import People, make_people
from synthetic.periods import periods
from synthetic.trade import trade
from transforms import columns
from transforms.progress import Progress

__all__ = ["ORACLE", "ShopConfig", "ShopSummary", "synthesize"]

ORACLE = "oracle.csv"

Ints = npt.NDArray[np.int64]


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
    catalogue = make_catalogue(config.articles, len(stretches), of_catalogue, config.habits)
    styles = demand.make_styles(catalogue, of_styles, config.habits)
    people = make_people(config.customers, len(stretches), styles.ages, of_people, config.habits)
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
        for traded in trade(config, catalogue, people, styles, of_demand):
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


def _predictions(people: People, catalogue: Catalogue, buyers: Ints, best: Ints) -> pa.Table:
    places = [catalogue.ids.take(pa.array(best[:, place])) for place in range(best.shape[1])]
    return pa.table(
        {
            columns.CUSTOMER_ID: people.ids.take(pa.array(buyers)),
            "prediction": pc.binary_join_element_wise(*places, " "),
        }
    )
