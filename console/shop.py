"""The shop's tables in DuckDB: the articles in memory, customers and transactions in their Parquet files."""

from __future__ import annotations

import datetime
import glob
import pathlib
import threading
from collections.abc import Sequence
from typing import Any

import duckdb

from console.artifacts import METADATA, ShopFolders, find_folders
from transforms.calendar import date_of
from transforms.columns import ARTICLE_ID, DAY, parquet_file
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE

Row = dict[str, Any]
# Columns that search reads.
_SEARCHED = (
    *("article_id", "product_code", "prod_name", "product_type_name", "product_group_name", "colour_group_name"),
    *("graphical_appearance_name", "department_name", "index_name", "section_name", "garment_group_name"),
    "detail_desc",
)
_STATE_COLUMNS = "units, purchases, purchases_7d, purchases_28d, mean_price, first_day, last_day"


class ShopTables:
    """The tables of one run. Methods may be called from several threads.

    Args:
        folders: folders of the tables.
    """

    def __init__(self, folders: ShopFolders) -> None:
        self.folders = folders
        self._connection = duckdb.connect(":memory:")
        self._files = {
            "articles": folders.tables / parquet_file("articles"),
            "customers": folders.tables / parquet_file("customers"),
            "transactions": folders.tables / parquet_file("transactions"),
        }
        self._load_articles()
        ((self.articles,),) = self._connection.execute("select count(*) from articles").fetchall()
        self.customers = self.count("customers")
        self.transactions = self.count("transactions")
        ((self.first_day, self.last_day),) = self._connection.execute(
            f"select min({DAY}), max({DAY}) from read_parquet(?)", [self.file("transactions")]
        ).fetchall()

    def file(self, table: str) -> str:
        """Pattern that matches the Parquet file of a table alone, for `read_parquet`.

        Args:
            table: name of a table, or the path of a file below the state's folder.
        """
        return glob.escape(str(self._files[table]))

    def state_file(self, name: str) -> str | None:
        """Pattern of a table of the newest state, such as `same_product`; None if there is no such table."""
        if self.folders.state is None:
            return None
        file = self.folders.state / parquet_file(name)
        return glob.escape(str(file)) if file.is_file() else None

    def states_file(self, name: str) -> str | None:
        """Pattern of a file in the folder of all states; None without states."""
        return None if self.folders.states is None else glob.escape(str(self.folders.states / name))

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Runs a query and returns its rows by column name.

        Args:
            query: SQL, with `?` for each parameter.
            parameters: values.
        """
        cursor = self._connection.cursor()
        try:
            result = cursor.execute(query, list(parameters))
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        finally:
            cursor.close()

    def count(self, table: str) -> int:
        """Number of rows of `customers` or `transactions`."""
        (row,) = self.rows("select count(*) as n from read_parquet(?)", [self.file(table)])
        return row["n"]

    def by_id(self, article_ids: Sequence[str]) -> dict[str, Row]:
        """Articles by id; ids that the tables lack are left out.

        Args:
            article_ids: ids, in any order.
        """
        if not article_ids:
            return {}
        marks = ", ".join("?" * len(article_ids))
        found = self.rows(f"select * exclude (search_text) from articles where {ARTICLE_ID} in ({marks})", article_ids)
        return {row[ARTICLE_ID]: row for row in found}

    def described(self, article_ids: Sequence[str]) -> list[Row]:
        """Articles in the order of their ids; one that the tables lack has its id and None for what cards show.

        Args:
            article_ids: ids, which may repeat.
        """
        known = self.by_id(list(dict.fromkeys(article_ids)))
        unknown = dict.fromkeys(("prod_name", "product_type_name", "colour_group_name", "mean_price"))
        return [known.get(article_id, {ARTICLE_ID: article_id, **unknown}) for article_id in article_ids]

    def _load_articles(self) -> None:
        text = ", ".join(_SEARCHED)
        state, rows = self.state_file("article_state"), self.states_file(ARTICLES_FILE)
        if state is None or rows is None:
            joined, files = f"select a.*, {_without_state()} from read_parquet(?) as a", []
        else:
            joined = f"""
                select a.*, s.article_row, {_STATE_COLUMNS}
                from read_parquet(?) as a
                left join (
                    select r.{ARTICLE_ID}, n.* from read_parquet(?) as r join read_parquet(?) as n using (article_row)
                ) as s using ({ARTICLE_ID})
            """
            files = [rows, state]
        self._connection.execute(
            f"create table articles as select *, lower(strip_accents(concat_ws(' ', {text}))) as search_text"
            f" from ({joined})",
            [self.file("articles"), *files],
        )


class Shop:
    """The newest tables of an output folder; they are opened again when a run has written newer ones.

    Args:
        out: folder that the pipeline writes to.
    """

    def __init__(self, out: pathlib.Path) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._tables: ShopTables | None = None

    def tables(self) -> ShopTables | None:
        """The newest tables; None if no run has ingested any."""
        with self._lock:
            seen = _stamp(self._out / METADATA)
            if seen != self._seen:
                folders = find_folders(self._out)
                if folders is None:
                    self._tables = None
                elif self._tables is None or self._tables.folders != folders:
                    self._tables = ShopTables(folders)  # requests in flight still use the former tables
                self._seen = seen
            return self._tables


def customer_rows_file(tables: ShopTables) -> str | None:
    """Pattern of the file with the rows of the customers in the states; None without states."""
    return tables.states_file(CUSTOMERS_FILE)


def day_text(day: int | None) -> datetime.date | None:
    """The date of a day number of the states; None stays None, and so does 0 or less."""
    return None if day is None or day <= 0 else datetime.date.fromisoformat(date_of(day))


def _stamp(file: pathlib.Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _without_state() -> str:
    return ", ".join(f"null::integer as {name}" for name in ("article_row", *_STATE_COLUMNS.split(", ")))
