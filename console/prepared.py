"""Purchases in the order of pages: a DuckDB file that is made once for the tables of a run.

The ingested transactions are sorted by day. A page needs those of one customer or of one article, for which it would
have to read all. The file has them sorted by customer and counted by article and week, so that a page reads one block.

    OUT/console/<key>.duckdb
        customers   customer_row, the columns of the ingested table, units_30d; sorted by id
        purchases   customer_row, day, article_id, price; sorted by customer and day
        weeks       article_id, age (weeks before the last day), units; sorted by article
        facts       articles, customers, transactions, first_day, last_day
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import pathlib
import shutil

import duckdb

from console.artifacts import ShopFolders
from transforms.atomic_path import atomic_path
from transforms.columns import ARTICLE_ID, CUSTOMER_ID, DAY, PRICE, TABLES, parquet_file
from transforms.progress import Progress
from transforms.state_files import CUSTOMERS_FILE

FOLDER = "console"
_LAYOUT = 1  # of the file; a change makes new files
_SUFFIX = ".duckdb"
_MEMORY = "2GB"  # sorting beyond it uses the disk


def prepare(folders: ShopFolders, out: pathlib.Path) -> pathlib.Path:
    """Returns the file of the tables of a run; writes it, completely or not at all, if it does not exist.

    Files of other tables are deleted. A console that still reads them is not disturbed.

    Args:
        folders: folders of the tables.
        out: folder that the pipeline writes to.
    """
    file = out / FOLDER / f"{_key(folders)}{_SUFFIX}"
    if not file.is_file():
        with atomic_path(file) as unfinished:
            _write(folders, unfinished)
        for other in file.parent.glob(f"*{_SUFFIX}"):
            if other != file:
                with contextlib.suppress(FileNotFoundError):  # another console has deleted it
                    other.unlink()
    return file


def _key(folders: ShopFolders) -> str:
    """A hash of what the file is made of."""
    parts: list[object] = [_LAYOUT, duckdb.__version__, *(str(part) for part in (folders.tables, folders.state))]
    for table in TABLES:
        status = (folders.tables / parquet_file(table)).stat()
        parts += [status.st_size, status.st_mtime_ns]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _write(folders: ShopFolders, to: pathlib.Path) -> None:
    files = {table: glob.escape(str(folders.tables / parquet_file(table))) for table in TABLES}
    spill = to.with_suffix(".spill")
    try:
        with (
            duckdb.connect(str(to)) as connection,
            Progress("console: sort purchases", "steps", 4, even=False) as steps,
        ):
            connection.execute("set enable_progress_bar = false")
            connection.execute(f"set memory_limit = '{_MEMORY}'")
            connection.execute("set temp_directory = ?", [str(spill)])
            connection.execute(
                f"create table facts as select (select count(*) from read_parquet(?)) as articles,"
                f" (select count(*) from read_parquet(?)) as customers, count(*) as transactions,"
                f" min({DAY}) as first_day, max({DAY}) as last_day from read_parquet(?)",
                [files["articles"], files["customers"], files["transactions"]],
            )
            steps.advance()
            _write_customers(connection, folders, files["customers"])
            steps.advance()
            connection.execute(
                f"create table weeks as"
                f" select {ARTICLE_ID}, (date_diff('day', {DAY}, last_day) // 7)::integer as age, count(*) as units"
                f" from read_parquet(?), facts group by {ARTICLE_ID}, age order by {ARTICLE_ID}, age",
                [files["transactions"]],
            )
            steps.advance()
            connection.execute(
                f"create table purchases as select c.customer_row, t.{DAY} as day, t.{ARTICLE_ID}, t.{PRICE} as price"
                f" from read_parquet(?) as t join customers as c using ({CUSTOMER_ID}) order by c.customer_row, day",
                [files["transactions"]],
            )
            steps.advance()
    finally:
        shutil.rmtree(spill, ignore_errors=True)
        pathlib.Path(f"{to}.wal").unlink(missing_ok=True)  # of a connection that failed


def _write_customers(connection: duckdb.DuckDBPyConnection, folders: ShopFolders, customers: str) -> None:
    """Writes the customers, with the units of the 30 days before the newest state if there is one."""
    recent, files = "select null::varchar as customer_id, null::integer as units_30d where false", []
    state = None if folders.state is None else folders.state / parquet_file("customer_state")
    if folders.states is not None and state is not None and state.is_file():
        recent = f"select {CUSTOMER_ID}, units_30d from read_parquet(?) join read_parquet(?) using (customer_row)"
        files = [glob.escape(str(folders.states / CUSTOMERS_FILE)), glob.escape(str(state))]
    connection.execute(
        f"create table customers as"
        f" select (row_number() over (order by c.{CUSTOMER_ID}) - 1)::integer as customer_row, c.*,"
        f" r.units_30d::integer as units_30d"
        f" from read_parquet(?) as c left join ({recent}) as r using ({CUSTOMER_ID}) order by c.{CUSTOMER_ID}",
        [customers, *files],
    )
