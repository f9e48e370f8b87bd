"""The rows of `transactions_train.csv` for the purchases of a period: days, channels, prices and repeated rows."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synthetic.baskets import Market
from synthetic.config import ShopConfig
from synthetic.periods import Period, dates, day_shares
from transforms import columns

_ONE_MORE_RATE, _TWO_MORE_RATE = 0.030, 0.005
_POUNDS_PER_PRICE = 590.0
_MARKDOWN_PERIODS = 4

Ints = npt.NDArray[np.int64]


def sales(
    config: ShopConfig,
    period: Period,
    market: Market,
    customers: Ints,
    visit: Ints,
    articles: Ints,
    rng: np.random.Generator,
    exactly: int | None = None,
) -> pa.Table:
    """The rows of a period, sorted by day and customer.

    Args:
        config: the shop.
        period: the period.
        market: the shop in the period.
        customers: `[visits]` customer of each visit.
        visit: `[n]` visit of each purchase, a position in `customers`.
        articles: `[n]` bought articles.
        rng: random number generator.
        exactly: number of rows to reach by repeating rows, if possible; None repeats a fixed share of rows.
    """
    people, catalogue = market.people, market.catalogue
    days = dates(config, period)
    day = rng.choice(len(days), size=len(customers), p=day_shares(days))
    if len(customers) >= len(days):
        # Every day has a sale, even in a small shop.
        day[-len(days) :] = np.arange(len(days))
    channel = 1 + (rng.random(len(customers)) < people.online[customers])

    if exactly is None:
        more = rng.random(len(articles))
        copies = 1 + (more < _ONE_MORE_RATE + _TWO_MORE_RATE) + (more < _TWO_MORE_RATE)
    else:
        missing = min(max(exactly - len(articles), 0), len(articles))
        copies = np.ones(len(articles), np.int64)
        copies[rng.choice(len(articles), missing, replace=False)] += 1
    offer = rng.choice([1.0, 0.9, 0.8, 0.5], size=len(articles), p=[0.72, 0.12, 0.12, 0.04])
    last = catalogue.withdrawal[articles] - period.number <= _MARKDOWN_PERIODS
    pence = np.round(100 * catalogue.price_gbp[articles] * np.where(last, 0.6, 1.0) * offer).astype(np.int64)

    order = np.argsort(day[visit] * len(people) + customers[visit], kind="stable")
    order = np.repeat(order, copies[order])
    visit = visit[order]
    prices, price = np.unique(pence[order], return_inverse=True)
    price_text = [f"{p / 100 / _POUNDS_PER_PRICE:.15g}" for p in prices]
    arrays = {
        columns.DAY: pa.array([date.isoformat() for date in days]).take(pa.array(day[visit])),
        columns.CUSTOMER_ID: people.ids.take(pa.array(customers[visit])),
        columns.ARTICLE_ID: catalogue.ids.take(pa.array(articles[order])),
        columns.PRICE: pa.array(price_text).take(pa.array(price)),
        columns.SALES_CHANNEL: pa.array(["", "1", "2"]).take(pa.array(channel[visit])),
    }
    return pa.table({column.name: arrays[column.name] for column in columns.TRANSACTIONS})
