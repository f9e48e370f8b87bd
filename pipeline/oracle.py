"""Figures of the synthetic shop's oracle, the ranking by true purchase probability."""

import pathlib

import numpy as np
import pyarrow as pa

from models.metrics import per_customer
from transforms import columns
from transforms.calendar import load_calendar
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE, labels_file

FILE = "oracle.csv"
ARRIVALS_FILE = "oracle_arrivals.csv"


def oracle_map(data_dir: pathlib.Path, states: pathlib.Path) -> float | None:
    """MAP@12 of the oracle on the test week; None if the data are not of a synthetic shop.

    Args:
        data_dir: folder of the CSVs and, for a synthetic shop, of `oracle.csv`.
        states: folder of the states, whose labels are the purchases of the test week.
    """
    path = data_dir / FILE
    if not path.exists():
        return None
    import pyarrow.csv as pa_csv

    options = pa_csv.ConvertOptions(column_types={columns.CUSTOMER_ID: pa.string(), "prediction": pa.string()})
    table = pa_csv.read_csv(path, convert_options=options)
    predicted = dict(zip(table[columns.CUSTOMER_ID].to_pylist(), table["prediction"].to_pylist(), strict=True))
    bought = bought_in_test_week(states)
    lists = [(predicted.get(customer) or "").split() for customer in bought]
    return float(np.mean(per_customer(lists, list(bought.values()))["map_at_12"]))


def arrival_ranks(data_dir: pathlib.Path) -> list[int] | None:
    """Ranks that the oracle gives new articles; None if the data are not of a synthetic shop.

    Args:
        data_dir: folder of the CSVs and, for a synthetic shop, of `oracle_arrivals.csv`.

    Returns:
        For each purchase in the last week of an article that was never sold before, its rank for the customer, from 1.
    """
    path = data_dir / ARRIVALS_FILE
    if not path.exists():
        return None
    import pyarrow.csv as pa_csv

    return pa_csv.read_csv(path)["rank"].to_pylist()


def bought_in_test_week(states: pathlib.Path) -> dict[str, set[str]]:
    """The articles that each customer bought in the test week, in the order of the customer rows.

    Args:
        states: folder of the states, whose labels are the purchases.
    """
    calendar = load_calendar(states)
    labels = pq.read_table(labels_file(states, calendar.cut))
    customers = pq.read_table(states / CUSTOMERS_FILE, columns=[columns.CUSTOMER_ID])[columns.CUSTOMER_ID]
    articles = pq.read_table(states / ARTICLES_FILE, columns=[columns.ARTICLE_ID])[columns.ARTICLE_ID]
    bought: dict[str, set[str]] = {}
    rows = zip(
        customers.take(labels["customer_row"]).to_pylist(),
        articles.take(labels["article_row"]).to_pylist(),
        strict=True,
    )
    for customer, article in rows:
        bought.setdefault(customer, set()).add(article)
    return bought
