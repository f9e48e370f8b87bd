"""Joins shown articles with purchases in DuckDB.

An article that was shown to a customer several times on a day by the same version counts once, at its best position. It
is bought if the customer has a purchase of it from the day of the answer on, within `days`. The CSVs have days and no
times: a purchase on the day of the answer counts, also one made an hour before it.
"""

from __future__ import annotations

import contextlib
import datetime
import pathlib
from collections.abc import Iterator

import duckdb
import pyarrow as pa

from components.ingest.source import find
from operations.feedback import queries
from operations.feedback.hit_rates import Totals
from operations.feedback.shown import SCHEMA, ShownArticles
from serving.hashed_ids import hashed_id
from transforms.errors import DataError
from transforms.parquet import pq

ARTICLES, ANSWERS = "shown", "answers"
_RECENT_DAYS = 30  # of `activity`, as in transforms/sql/judged_customers.sql


class Joined:
    """Shown articles with what became of them, in an open database.

    The table `shown` has a row for each shown article that counts, `answers` one for each customer, day, version and
    label. Both have the columns `customer`, `version`, `label` and `bought`.

    Attributes:
        first_day: day of the first answer that counts.
        last_day: day of the last one.
        data_last_day: last day with purchases.
        answers_left_out: number of logged answers that do not count, by reason.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, days: int, data_last_day: datetime.date) -> None:
        self._connection = connection
        self.data_last_day = data_last_day
        last = data_last_day - datetime.timedelta(days=days - 1)
        (too_recent,) = _one(connection, "SELECT count(DISTINCT answer) FROM logged WHERE day > ?", [last])
        self.answers_left_out = {"too recent": int(too_recent)}
        self.first_day, self.last_day = _one(connection, "SELECT min(day), max(day) FROM logged WHERE day <= ?", [last])
        if self.first_day is None:
            raise DataError(
                f"the log must hold answers of customers whose {days} days have passed, up to {last}. Received: "
                f"{too_recent} later answers and none before. Give newer transactions, or fewer --days"
            )
        connection.execute(queries.SHOWN, {"days": days, "last": last, "recent": _RECENT_DAYS})
        connection.execute(queries.ANSWERS)

    def totals(self, table: str = ARTICLES, where: str = "true", parameters: tuple[object, ...] = ()) -> Totals:
        """The totals over the customers of the rows of `shown` or `answers` that fulfil a condition.

        Args:
            table: `ARTICLES` or `ANSWERS`.
            where: SQL condition.
            parameters: values of its question marks.
        """
        return _totals(*_one(self._connection, queries.TOTALS.format(table=table, where=where), list(parameters)))

    def totals_by(self, name: str) -> list[tuple[str, Totals]]:
        """The totals of the shown articles for each value of a property, positions and versions in their order.

        Args:
            name: one of `queries.PROPERTIES`.
        """
        query = queries.TOTALS_BY.format(key=queries.PROPERTIES[name])
        rows = self._connection.execute(query).fetchall()
        found = [(str(value), _totals(*totals)) for value, *totals in rows]
        if name in ("version", "position"):
            return sorted(found, key=lambda row: int(row[0]))
        return found

    def choices(self) -> list[str]:
        """The labels, then the versions of the shown articles."""
        return [value for name in ("label", "version") for value, _ in self.totals_by(name)]

    def influence(self, a: str, b: str, rate_a: float, rate_b: float, shown_a: int, shown_b: int) -> tuple[float, int]:
        """Sum of the squared influences of the customers on the difference of two hit rates.

        A customer's influence is (bought_b - rate_b * shown_b) / sum(shown_b), less the same of a. Customers to whom
        both were shown thereby count as pairs.

        Args:
            a: condition of the first, from `condition`.
            b: condition of the second.
            rate_a: hit rate of the first.
            rate_b: hit rate of the second.
            shown_a: number of articles shown by the first.
            shown_b: number of articles shown by the second.

        Returns:
            The sum, and the number of customers to whom both were shown.
        """
        query = queries.INFLUENCE.format(a=a, b=b)
        values = {"rate_a": rate_a, "rate_b": rate_b, "shown_a": shown_a, "shown_b": shown_b}
        squares, both = _one(self._connection, query, values)
        return float(squares), int(both)

    def condition(self, choice: str, version: int | None = None) -> str:
        """SQL condition for the rows of a label, or of a version if no label has this name.

        Args:
            choice: a label or the number of a version.
            version: number of the version that the label must have had; None for any.

        Raises:
            DataError: nothing was shown by it.
        """
        for name, column in (("label", "label"), ("version", "version::VARCHAR")):
            if choice in [value for value, _ in self.totals_by(name)]:
                where = f"{column} = {_text(choice)}" + ("" if version is None else f" AND version = {version}")
                if self.totals(where=where).shown:
                    return where
                raise DataError(
                    f"version {version} must have been shown under label {choice}. Received: none in the log"
                )
        known = ", ".join(self.choices())
        raise DataError(f"--compare must name labels or versions of the log: {known}. Received: {choice}")


@contextlib.contextmanager
def joined(
    log: pathlib.Path, data: pathlib.Path, *, days: int, salt: bytes | None, work: pathlib.Path
) -> Iterator[Joined]:
    """Joins the log of a folder with the transactions of a shop.

    Args:
        log: folder of the request logs.
        data: folder of the CSVs; only the transactions are read.
        days: number of days in which a purchase counts, from the day of the answer on.
        salt: salt of the log's customer ids; None if they are not hashed.
        work: empty folder for temporary files.

    Raises:
        DataError: a file cannot be read, no answer counts, or no customer of the log has a transaction.
    """
    articles = ShownArticles(log)
    transactions = find(data, "transactions")
    with duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {_text(work / 'spill')}")
        _load(connection, articles, work)
        try:
            connection.execute(queries.TRANSACTIONS.format(path=_text(transactions)))
            _hash_customers(connection, salt, work)
            connection.execute(queries.PURCHASES)
        except duckdb.Error as error:
            raise DataError(f"{transactions} cannot be read: {str(error).splitlines()[0]}") from error
        (last_day,) = _one(connection, "SELECT max(day) FROM transactions")
        (known, logged) = _one(connection, queries.KNOWN)
        if logged and not known:
            hint = "The log has other ids than the CSVs, or another salt" if salt else _UNHASHED
            raise DataError(f"customers of the log must have transactions. Received: none of {logged} has any. {hint}")
        result = Joined(connection, days, last_day)
        result.answers_left_out.update({"without a customer": articles.anonymous})
        result.answers_left_out.update({"requests of other signatures": articles.others})
        yield result


_UNHASHED = "If the log was written with --log-salt-file, give the same salt with --salt-file"


def _load(connection: duckdb.DuckDBPyConnection, articles: ShownArticles, work: pathlib.Path) -> None:
    """Creates the table `logged`, by way of a file: this DuckDB does not read the memory of this pyarrow."""
    with pq.ParquetWriter(work / "logged.parquet", SCHEMA) as writer:
        for batch in articles.batches():
            writer.write_batch(batch)
    connection.execute(f"CREATE TABLE logged AS FROM read_parquet({_text(work / 'logged.parquet')})")


def _hash_customers(connection: duckdb.DuckDBPyConnection, salt: bytes | None, work: pathlib.Path) -> None:
    """Creates the table `ids`: the id of the log for each id of the transactions."""
    if salt is None:
        connection.execute("CREATE VIEW ids AS SELECT DISTINCT customer AS id, customer FROM transactions")
        return
    ids = [id for (id,) in connection.execute("SELECT DISTINCT customer FROM transactions").fetchall()]
    hashes = [hashed_id(salt, id.encode()).decode() for id in ids]
    pq.write_table(pa.table({"id": ids, "customer": hashes}), work / "ids.parquet")
    connection.execute(f"CREATE TABLE ids AS FROM read_parquet({_text(work / 'ids.parquet')})")


def _one(connection: duckdb.DuckDBPyConnection, query: str, values: object = None) -> tuple:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return tuple(row)


def _totals(*sums: int | None) -> Totals:
    customers, shown, bought, shown_shown, shown_bought, bought_bought = (int(value or 0) for value in sums)
    return Totals(
        customers=customers,
        shown=shown,
        bought=bought,
        shown_shown=shown_shown,
        shown_bought=shown_bought,
        bought_bought=bought_bought,
    )


def _text(value: object) -> str:
    """An SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"
