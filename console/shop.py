"""The shop's tables in DuckDB: the articles in memory, customers and purchases in a prepared file."""

from __future__ import annotations

import datetime
import glob
import logging
import pathlib
import threading
from collections.abc import Sequence
from typing import Any

import duckdb

from console.artifacts import METADATA, ShopFolders, find_folders
from console.prepared import prepare
from transforms.calendar import date_of
from transforms.columns import ARTICLE_ID, parquet_file
from transforms.state_files import ARTICLES_FILE

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

    Queries read the table `articles`, and `prepared.customers`, `prepared.purchases` and `prepared.weeks` of
    `console.prepared`.

    Args:
        folders: folders of the tables.
        prepared: file of `prepare`.
    """

    def __init__(self, folders: ShopFolders, prepared: pathlib.Path) -> None:
        self.folders = folders
        self._connection = duckdb.connect(":memory:")
        quoted = str(prepared).replace("'", "''")
        self._connection.execute(f"attach '{quoted}' as prepared (read_only)")
        self._load_articles()
        (facts,) = self.rows("select * from prepared.facts")
        self.articles, self.customers, self.transactions = (
            int(facts[name]) for name in ("articles", "customers", "transactions")
        )
        self.first_day: datetime.date | None = facts["first_day"]
        self.last_day: datetime.date | None = facts["last_day"]

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
            [glob.escape(str(self.folders.tables / parquet_file("articles"))), *files],
        )


class Shop:
    """The newest tables of an output folder; those of a newer run replace them once they are prepared.

    Args:
        out: folder that the pipeline writes to.
    """

    def __init__(self, out: pathlib.Path) -> None:
        self._out = out
        self._preparing = threading.Lock()
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None
        self._tables: ShopTables | None = None
        self._failed = False

    def tables(self) -> ShopTables | None:
        """The newest prepared tables; None if there are none.

        Newer ones are prepared in a thread, while the former are shown.
        """
        with self._lock:
            if self._thread is None and _stamp(self._out / METADATA) != self._seen:
                self._thread = threading.Thread(target=self._prepare_and_log, name="prepare", daemon=True)
                self._thread.start()
            return self._tables

    @property
    def problem(self) -> str:
        """Why there are no tables, in a sentence or two; "" if no run has ingested any."""
        if self._thread is not None:
            return "The purchases of the newest run are being sorted, once for all pages. Reload the page in a moment."
        return "The tables of the newest run could not be prepared. The console's log has the cause." * self._failed

    def wait(self, timeout_s: float) -> None:
        """Waits until tables are ready that are being prepared.

        Args:
            timeout_s: longest time to wait.
        """
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def prepare(self) -> ShopTables | None:
        """Prepares the newest tables now, and returns them; None if no run has ingested any."""
        with self._preparing:
            seen = _stamp(self._out / METADATA)
            if seen != self._seen:
                folders = find_folders(self._out)
                if folders is None:
                    self._tables = None
                elif self._tables is None or self._tables.folders != folders:
                    # Requests in flight still use the former tables.
                    self._tables = ShopTables(folders, prepare(folders, self._out))
                self._seen = seen
            return self._tables

    def _prepare_and_log(self) -> None:
        try:
            self.prepare()
            self._failed = False
        except Exception:  # such as a full disk, or a folder that was deleted meanwhile; tried again with the next page
            logging.exception("the tables of the newest run could not be prepared")
            self._failed = True
        finally:
            self._thread = None


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
