"""Slices a shop's CSVs by time: the data before a day, the purchases of a period, and a corrupted period.

All functions read the transactions as text with DuckDB and keep their order.
"""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import random
from collections.abc import Iterator

import duckdb

from components.ingest.source import find
from transforms.atomic_path import atomic_path
from transforms.columns import ARTICLE_ID, CUSTOMER_ID, DAY, FILES
from transforms.errors import DataError

_TRANSACTIONS = "transactions"


def last_day(data_dir: pathlib.Path) -> datetime.date:
    """The last day with a transaction; `datetime.date.min` if there is none.

    Raises:
        DataError: the transactions cannot be read.
    """
    with _transactions(data_dir) as connection:
        (day,) = connection.execute(f"SELECT max({DAY})::DATE FROM sales").fetchone() or (None,)
        return day or datetime.date.min


def cut_before(data_dir: pathlib.Path, day: datetime.date, to: pathlib.Path) -> pathlib.Path:
    """Writes the data as of the morning of a day, without the transactions of that day and later.

    Args:
        data_dir: folder of the three CSVs, plain or gzip.
        day: first day to leave out.
        to: folder of the result. Articles and customers are links.

    Returns:
        `to`.

    Raises:
        DataError: no transaction is left, or the data cannot be read.
    """
    with _transactions(data_dir) as connection:
        query = f"SELECT * FROM sales WHERE {DAY} < '{day}'"
        return _write(connection, query, data_dir, to, what=f"transactions before {day}")


def shuffle_articles(data_dir: pathlib.Path, from_day: datetime.date, to: pathlib.Path, *, seed: int) -> pathlib.Path:
    """Writes the data with permuted article ids in all transactions from a day on.

    Each id is replaced by the same other id everywhere, as after a wrong join or a change of keys upstream.

    Args:
        data_dir: folder of the three CSVs, plain or gzip.
        from_day: first day of the corrupted transactions.
        to: folder of the result. Articles and customers are links.
        seed: seed of the permutation.

    Returns:
        `to`.

    Raises:
        DataError: there are no transactions, or the data cannot be read.
    """
    with _transactions(data_dir) as connection:
        rows = connection.execute(
            f"SELECT DISTINCT coalesce({ARTICLE_ID}, '') FROM {_READ} ORDER BY 1", [str(find(data_dir, "articles"))]
        ).fetchall()
        ids = [article for (article,) in rows]
        permuted = random.Random(seed).sample(ids, len(ids))
        connection.execute(
            "CREATE TABLE permutation AS SELECT unnest(?::VARCHAR[]) AS old, unnest(?::VARCHAR[]) AS new",
            [ids, permuted],
        )
        query = f"""
            SELECT numbered.* EXCLUDE (row_number_) REPLACE (coalesce(new, {ARTICLE_ID}) AS {ARTICLE_ID})
            FROM (SELECT *, row_number() OVER () AS row_number_ FROM sales) AS numbered
            LEFT JOIN permutation ON old = {ARTICLE_ID} AND {DAY} >= '{from_day}'
            ORDER BY row_number_
        """
        return _write(connection, query, data_dir, to, what=_TRANSACTIONS)


def bought_between(data_dir: pathlib.Path, first: datetime.date, end: datetime.date) -> dict[str, set[str]]:
    """The distinct articles that each customer bought in `[first, end)`, sorted by customer.

    Args:
        data_dir: folder of the CSVs.
        first: first day.
        end: the day after the last one.

    Raises:
        DataError: the transactions cannot be read.
    """
    with _transactions(data_dir) as connection:
        rows = connection.execute(
            f"""
            SELECT coalesce({CUSTOMER_ID}, '') AS customer, list(DISTINCT coalesce({ARTICLE_ID}, ''))
            FROM sales WHERE {DAY} >= '{first}' AND {DAY} < '{end}' GROUP BY customer ORDER BY customer
            """
        ).fetchall()
        return {customer: set(articles) for customer, articles in rows}


_READ = "read_csv(?, header = true, delim = ',', quote = '\"', escape = '\"', all_varchar = true)"


@contextlib.contextmanager
def _transactions(data_dir: pathlib.Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the view `sales` of the transactions; all values are text, and days are checked."""
    path = find(data_dir, _TRANSACTIONS)
    with duckdb.connect() as connection:
        try:
            connection.execute(f"CREATE VIEW sales AS FROM {_READ.replace('?', _quoted(path))}")
            is_day = f"{DAY} SIMILAR TO '\\d{{4}}-\\d{{2}}-\\d{{2}}' AND TRY_CAST({DAY} AS DATE) IS NOT NULL"
            wrong = connection.execute(f"SELECT {DAY} FROM sales WHERE ({is_day}) IS NOT TRUE LIMIT 1").fetchone()
            if wrong:
                raise DataError(f"a transaction must have {DAY} as YYYY-MM-DD. Received: {wrong[0]!r} in {path}")
            yield connection
        except duckdb.Error as error:
            raise DataError(f"the CSVs of {data_dir} cannot be read: {str(error).splitlines()[0]}") from error


def _write(
    connection: duckdb.DuckDBPyConnection, query: str, data_dir: pathlib.Path, to: pathlib.Path, *, what: str
) -> pathlib.Path:
    """Writes the rows of a query as transactions, completely or not at all, beside links to the other tables."""
    to.mkdir(parents=True, exist_ok=True)
    for table in ("articles", "customers"):
        source = find(data_dir, table)
        with contextlib.suppress(FileExistsError):
            (to / source.name).symlink_to(source.resolve())
    with atomic_path(to / FILES[_TRANSACTIONS]) as unfinished:
        copied = connection.execute(f"COPY ({query}) TO {_quoted(unfinished)} (HEADER, DELIMITER ',')").fetchone()
        if copied in (None, (0,)):
            raise DataError(f"{data_dir} must hold {what}; it holds none")
    return to


def _quoted(path: pathlib.Path) -> str:
    """A path as an SQL string."""
    return "'" + str(path).replace("'", "''") + "'"
