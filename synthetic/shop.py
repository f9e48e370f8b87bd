"""Generates a synthetic shop: three CSVs in H&M's layout, the oracle's rankings for the last week, and photos.

The shop is drawn period by period (weeks counted back from the end) from the intensities of `demand`. Each period is
written when it has been drawn, so that memory contains only customers, articles and the purchases of one period.

Statistics of the default size with seed 0, and of a sample of 1,364 H&M customers over two years
(`python -m benchmarks.synthetic.compare SHOP REAL` prints the whole table):

    statistic                               synthetic    H&M sample
    basket rows: mean, median, 95 %         3.80, 2, 11  3.60, 2, 10
    rows that repeat a row of the day       0.13         0.10
    rows per customer: 90 % / median        4.8          6.8
    sold online                             0.71         0.71
    price: 5 %, median, 95 %                0.0051, 0.0220, 0.0644   0.0076, 0.0254, 0.0593
    age: 10 %, median, 90 %                 21, 30, 54   21, 31, 56
    null: FN, Active, age                   0.65, 0.66, 0.013        0.67, 0.68, 0.009

`ShopConfig.at_scale` uses other habits and H&M's two years. Statistics of the full size with seed 0, and of the same
sample (S) and all of H&M's last week (W). Rows with "1 in 1,000" are of a shop with as many customers as the sample and
all articles (`lookbook synthesize --scale 0.001 --articles 105542 --seed 0`):

    statistic                                   synthetic           H&M
    basket rows: mean, median, 95 %             3.61, 2, 10         3.60, 2, 10           S
    rows per customer: 10 %, median, 90 %       2, 9, 51            2, 9, 61              S
    rows a day, June and February / mean        1.30, 0.83          1.31, 0.82            S
    bought again, later day, 1 in 1,000         0.043               0.038                 S
    the same product, 1 in 1,000                0.061               0.072                 S
    top 1 %, 10 % of articles, 1 in 1,000       0.064, 0.31         0.075, 0.31           S
    top 1 %, 10 % of articles, last week        0.19, 0.62          0.20, 0.64            W
    customers, articles sold in the last week   69,811, 17,379      68,984, 17,986        W
    purchases of articles never sold before     0.040               about 0.05

Differences of the default shop, on purpose or because of its size:

- Bought again on a later day: 0.40 (mean of 5 seeds), at H&M 0.04. The shop is dense, like a shop of consumables (UCI
  Online Retail II has 0.28), so that 120,000 rows contain enough signal to learn from. MAP@12 is ten times that of full
  H&M data: it compares recommenders on this shop and does not predict figures on H&M data.
- Customers buy more (40 rows in half a year, at H&M 23 in two years), and the tail is shorter.
- The top 1 % of articles have 13 % of the rows; in the sample 8 %, in H&M's complete last week 20 %.
- New articles are easier to judge: shade, motif and fit, which photos show, explain two fifths of the lasting
  popularity, and a new article is wanted three times as much in its first week.
- Weekdays change how much is bought, not what. There are no sizes of garments, as in H&M's data.

MAP@12 on the last week, mean of seeds 0 to 4: popular 7 days 0.040, own purchases by recency 0.144, own purchases by
frequency 0.137, oracle 0.277. 4.5 % of the purchases of the last week (2.7 to 5.7 %) are of articles that were never
sold before, at H&M about 5 %; the oracle has 45 % of these among its first 12. The strengths in `demand` were chosen
with seeds 0 to 2, those of looks and novelty with seeds 0 to 4.
"""

import dataclasses
import datetime
import pathlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from synthetic import arrivals, demand, tables
from synthetic.catalogue import Catalogue, make_catalogue
from synthetic.config import ShopConfig
from synthetic.oracle import Oracle
from synthetic.people import People, make_people
from synthetic.periods import periods
from synthetic.photos import PhotosSummary, draw_photos
from synthetic.simulation import simulate
from transforms import columns
from transforms.progress import Progress

__all__ = ["ORACLE", "ShopConfig", "ShopSummary", "synthesize"]

ORACLE = "oracle.csv"

Ints = npt.NDArray[np.int64]


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShopSummary:
    """Sizes of a written shop.

    Attributes:
        folder: folder of the files.
        customers, articles, transactions: rows of the three tables.
        label_customers: customers who buy in the last `label_days`, the rows of `oracle.csv`.
        first_day, last_day: first and last day with transactions.
        label_first_day: first day of the label period.
        arrivals: purchases in the label period of articles that were never sold before, ranked by the oracle.
        photos: numbers of photos; None if none were drawn.
    """

    folder: pathlib.Path
    customers: int
    articles: int
    transactions: int
    label_customers: int
    first_day: datetime.date
    last_day: datetime.date
    label_first_day: datetime.date
    arrivals: arrivals.Arrivals
    photos: PhotosSummary | None = None


def synthesize(config: ShopConfig, to: pathlib.Path, *, photos: bool = False) -> ShopSummary:
    """Writes the three CSVs, `oracle.csv`, `oracle_arrivals.csv`, and photos in `images/`.

    `oracle.csv` has the columns `customer_id,prediction` and a row for each customer who buys in the last `label_days`
    days: 12 article ids separated by spaces, ranked by true purchase probability given all earlier purchases.
    `oracle_arrivals.csv` has the columns `customer_id,article_id,rank`, see `synthetic.arrivals`.

    Args:
        config: sizes, habits and seed.
        to: folder of the files, created if it does not exist. Each file is written completely or not at all.
        photos: whether to draw photos, see `synthetic.photos`.

    Raises:
        OSError: the folder cannot be written.
    """
    to.mkdir(parents=True, exist_ok=True)
    all_periods = periods(config)
    of_catalogue, of_styles, of_people, of_demand = (
        np.random.default_rng(seed) for seed in np.random.SeedSequence(config.seed).spawn(4)
    )
    catalogue = make_catalogue(config.articles, len(all_periods), of_catalogue, config.habits)
    styles = demand.make_styles(catalogue, of_styles, config.habits)
    people = make_people(config.customers, len(all_periods), styles.ages, of_people, config.habits)
    with tables.atomic_file(to / columns.FILES["articles"]) as stream:
        tables.write_header(stream, catalogue.table.column_names)
        tables.write_rows(stream, catalogue.table, quoted=frozenset(catalogue.table.column_names))
    with tables.atomic_file(to / columns.FILES["customers"]) as stream:
        tables.write_header(stream, people.table.column_names)
        tables.write_rows(stream, people.table)

    drawn = _draw(catalogue, config.seed, to) if photos else None
    written = 0
    with (
        tables.atomic_file(to / ORACLE) as oracle_stream,
        tables.atomic_file(to / arrivals.FILE) as arrivals_stream,
        tables.atomic_file(to / columns.FILES["transactions"]) as stream,
        Progress("synthesize", "transactions", config.transactions) as progress,
    ):
        tables.write_header(stream, [column.name for column in columns.TRANSACTIONS])
        for simulated in simulate(config, catalogue, people, styles, of_demand):
            tables.write_rows(stream, simulated.rows)
            written += simulated.rows.num_rows
            progress.reach(written)
        # `simulated` is the label period now, with the purchases before it.
        buyers = np.unique(simulated.customers)
        tables.write_header(oracle_stream, [columns.CUSTOMER_ID, "prediction"])
        oracle = Oracle(simulated.market)
        best = oracle.rank(buyers, simulated.memory)
        tables.write_rows(oracle_stream, _predictions(people, catalogue, buyers, best))
        arrived = arrivals.write_arrivals(arrivals_stream, simulated, oracle, people, catalogue)
    return ShopSummary(
        folder=to,
        customers=len(people),
        articles=len(catalogue),
        transactions=written,
        label_customers=len(buyers),
        first_day=config.first_day,
        last_day=config.first_day + datetime.timedelta(days=config.days - 1),
        label_first_day=config.first_day + datetime.timedelta(days=all_periods[-1].first),
        arrivals=arrived,
        photos=drawn,
    )


def _draw(catalogue: Catalogue, seed: int, to: pathlib.Path) -> PhotosSummary:
    return draw_photos(catalogue.table, seed, to, tone=catalogue.tone, motif=catalogue.motif, fit=catalogue.fit)


def _predictions(people: People, catalogue: Catalogue, buyers: Ints, best: Ints) -> pa.Table:
    ranked = [catalogue.ids.take(pa.array(best[:, rank])) for rank in range(best.shape[1])]
    return pa.table(
        {
            columns.CUSTOMER_ID: people.ids.take(pa.array(buyers)),
            "prediction": pc.binary_join_element_wise(*ranked, " "),
        }
    )
