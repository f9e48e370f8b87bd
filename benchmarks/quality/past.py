"""What customers had bought before a day, counted off the ingested tables and not off the state."""

import dataclasses
import pathlib
from collections.abc import Collection

import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms import columns
from transforms.calendar import date_of


@dataclasses.dataclass(frozen=True)
class Past:
    """The purchases before a day.

    Attributes:
        purchases: of each of the customers asked for, rows of the transactions.
        articles: what each of them had bought.
        sold: every article that anybody had bought.
    """

    purchases: list[int]
    articles: list[set[str]]
    sold: set[str]


def read_past(tables: pathlib.Path, before: int, customers: Collection[str]) -> Past:
    """Reads the transactions.

    Args:
        tables: the ingested tables.
        before: day number; this day and later ones are left out.
        customers: whose past is asked for.
    """
    kept = [columns.DAY, columns.CUSTOMER_ID, columns.ARTICLE_ID]
    rows = pq.read_table(tables / "transactions.parquet", columns=kept)
    rows = rows.filter(pc.less(rows[columns.DAY].cast("string"), date_of(before)))
    sold = set(pc.unique(rows[columns.ARTICLE_ID]).to_pylist())
    number = {customer: i for i, customer in enumerate(customers)}
    purchases, articles = [0] * len(number), [set[str]() for _ in number]
    ids = zip(rows[columns.CUSTOMER_ID].to_pylist(), rows[columns.ARTICLE_ID].to_pylist(), strict=True)
    for customer, article in ids:
        if customer in number:
            purchases[number[customer]] += 1
            articles[number[customer]].add(article)
    return Past(purchases=purchases, articles=articles, sold=sold)
