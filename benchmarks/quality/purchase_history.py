"""Purchases of customers before a day, read from the ingested tables and not from the state."""

import dataclasses
import pathlib
from collections.abc import Collection

import pyarrow.compute as pc
import pyarrow.parquet as pq

from transforms import columns
from transforms.calendar import date_of


@dataclasses.dataclass(frozen=True)
class PurchaseHistory:
    """The purchases before a day.

    Attributes:
        purchases: number of rows of each chosen customer.
        articles: articles of each chosen customer.
        sold: articles of all customers.
    """

    purchases: list[int]
    articles: list[set[str]]
    sold: set[str]


def read_history(tables: pathlib.Path, before: int, customers: Collection[str]) -> PurchaseHistory:
    """Reads the transactions.

    Args:
        tables: the ingested tables.
        before: number of the first day to leave out.
        customers: chosen customers.
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
    return PurchaseHistory(purchases=purchases, articles=articles, sold=sold)
