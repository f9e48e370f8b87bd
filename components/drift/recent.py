"""The purchases of the newest week, with the columns of their articles and customers.

A wrong week among fifty hardly changes the statistics of all transactions, so the newest weeks of two runs are compared
too.
"""

from __future__ import annotations

import glob
import pathlib

import duckdb
import pyarrow as pa

from transforms.columns import AGE, ARTICLE_ID, CLUB_STATUS, CUSTOMER_ID, DAY, PRICE, SALES_CHANNEL, parquet_file

RECENT = "recent"
PRICE_RATIO = "price_ratio"
NUMBERS = (PRICE, PRICE_RATIO, AGE)
_OF_ARTICLES = (
    "product_type_name",
    "product_group_name",
    "colour_group_name",
    "department_name",
    "index_group_name",
    "garment_group_name",
)
COLUMNS = (*NUMBERS, SALES_CHANNEL, *_OF_ARTICLES, CLUB_STATUS)
DAYS_BEFORE = 28
MAX_ROWS = 1_000_000  # more do not change the statistics


def read_recent(tables: pathlib.Path, days: int) -> pa.Table:
    """Reads the purchases of the newest days.

    Args:
        tables: folder written by ingest.
        days: number of days, to the last day with a transaction.

    Returns:
        One row a transaction with `COLUMNS`: categories as strings and numbers as doubles, null if unknown. `price` is
        log2 of the price; `price_ratio` is log2 of the price by the article's median price in the `DAYS_BEFORE` days
        before. Of n * `MAX_ROWS` transactions or more, those of one customer in n + 1.
    """
    transactions, articles, customers = (
        glob.escape(str(tables / parquet_file(table))) for table in ("transactions", "articles", "customers")
    )
    of_articles = ", ".join(f"a.{name}" for name in _OF_ARTICLES)
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{_quoted(transactions)}')")
        return connection.execute(
            f"""
            WITH bounds AS (SELECT max({DAY}) - {int(days)} AS before FROM t),
            usual AS (
                SELECT {ARTICLE_ID}, median({PRICE}) AS usual_price FROM t, bounds
                WHERE {DAY} <= before AND {DAY} > before - {DAYS_BEFORE} AND {PRICE} > 0 GROUP BY 1
            ),
            size AS (SELECT count(*) // {MAX_ROWS} + 1 AS every FROM t, bounds WHERE {DAY} > before),
            newest AS (SELECT t.* FROM t, bounds, size WHERE {DAY} > before AND hash({CUSTOMER_ID}) % every = 0)
            SELECT
                CASE WHEN {PRICE} > 0 THEN log2({PRICE}) END AS {PRICE},
                CASE WHEN {PRICE} > 0 THEN log2({PRICE} / usual_price) END AS {PRICE_RATIO},
                CAST(c.{AGE} AS DOUBLE) AS {AGE},
                CAST({SALES_CHANNEL} AS VARCHAR) AS {SALES_CHANNEL},
                {of_articles},
                c.{CLUB_STATUS}
            FROM newest
            LEFT JOIN usual USING ({ARTICLE_ID})
            LEFT JOIN read_parquet('{_quoted(articles)}') a USING ({ARTICLE_ID})
            LEFT JOIN read_parquet('{_quoted(customers)}') c USING ({CUSTOMER_ID})
            """
        ).to_arrow_table()


def _quoted(path: str) -> str:
    return path.replace("'", "''")
