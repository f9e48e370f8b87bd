"""Reads and checks the CSVs of a shop and writes typed Parquet tables. Does not need TFX.

Writes to a folder beside the target and renames it at the end, so that a failed run leaves no partial output.
"""

from __future__ import annotations

import os
import pathlib
import platform
import shutil
import tempfile
from collections.abc import Callable, Sequence
from typing import TypeVar

import duckdb
import psutil
import pyarrow as pa

from components.ingest.config import IngestConfig
from components.ingest.failures import one_line_errors
from components.ingest.rejects import FILE as REJECTS_FILE
from components.ingest.rejects import Reject, write_rejects
from components.ingest.report import IngestReport, TableReport
from components.ingest.source import find, tables_in
from components.ingest.table import create_enum, ingest_table, sql_text
from transforms.columns import ARTICLE_ID, DAY
from transforms.errors import DataError
from transforms.parquet import pq

T = TypeVar("T")


def ingest(data_dir: pathlib.Path, to: pathlib.Path, config: IngestConfig) -> IngestReport:
    """Reads the CSVs in `data_dir`, checks every row and writes the tables into the new folder `to`.

    `to` then holds `{articles,customers,transactions}.parquet` (articles and customers sorted by id,
    transactions by day, customer, article, price, channel), `rejects.csv` and `ingest.json`, and
    `availability.parquet`, sorted by article, if there is a CSV of it.

    Args:
        data_dir: folder with `articles.csv`, `customers.csv`, `transactions_train.csv`, each plain or `.gz`,
            and optionally `availability.csv`.
        to: folder to create; it may exist if it is empty. Its parent needs space for the unpacked CSVs.
        config: settings.

    Raises:
        DataError: a file is missing or is not a valid CSV, or more rows are set aside than `config` allows. The rows
            set aside so far are then in `<to>.rejects.csv`, beside `to`.
        DiskFullError: the disk of `to` is full.
    """
    if to.is_dir() and any(to.iterdir()):
        raise DataError(f"the folder to write the tables into must be empty. Received: {to}")
    with one_line_errors(to.parent):
        return _ingest(data_dir, to, config)


def ingest_availability(
    data_dir: pathlib.Path, article_ids: Sequence[str], to: pathlib.Path, config: IngestConfig
) -> TableReport:
    """Reads and checks `availability.csv` alone and writes `availability.parquet` and `rejects.csv`.

    Args:
        data_dir: folder with `availability.csv`, plain or `.gz`.
        article_ids: ids of all articles, sorted.
        to: folder to create, as in `ingest`.
        config: settings.

    Raises:
        DataError: as `ingest`.
        DiskFullError: the disk of `to` is full.
    """

    def read(connection: duckdb.DuckDBPyConnection, work: pathlib.Path, beside: pathlib.Path) -> TableReport:
        given = work / "articles.parquet"
        pq.write_table(pa.table({ARTICLE_ID: pa.array(article_ids, pa.string())}), given)
        connection.execute(f"CREATE TABLE articles_sorted AS SELECT {ARTICLE_ID} FROM read_parquet({sql_text(given)})")
        create_enum(connection, "articles")
        connection.execute("CREATE TABLE articles_dropped (id VARCHAR, line BIGINT, reason VARCHAR)")
        rejects: list[Reject] = []
        report = ingest_table(connection, data_dir, "availability", work, rejects, beside, config)
        write_rejects(work / "tables" / REJECTS_FILE, rejects)
        return report

    find(data_dir, "availability")
    with one_line_errors(to.parent):
        return _write_tables(read, to, config)


def _ingest(data_dir: pathlib.Path, to: pathlib.Path, config: IngestConfig) -> IngestReport:
    for table in tables_in(data_dir):
        find(data_dir, table)

    def read(connection: duckdb.DuckDBPyConnection, work: pathlib.Path, beside: pathlib.Path) -> IngestReport:
        report = _ingest_tables(connection, data_dir, work, beside, config)
        report.write(work / "tables")
        return report

    return _write_tables(read, to, config)


def _write_tables(
    read: Callable[[duckdb.DuckDBPyConnection, pathlib.Path, pathlib.Path], T], to: pathlib.Path, config: IngestConfig
) -> T:
    """Calls `read` with a connection, a work folder and the file for the rejects of a failed run.

    What `read` writes into the folder `tables` of the work folder becomes `to`.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    beside = to.parent / f"{to.name}.{REJECTS_FILE}"
    beside.unlink(missing_ok=True)
    _remove_abandoned(to.parent)
    work = pathlib.Path(tempfile.mkdtemp(prefix=f"{_work_prefix()}{os.getpid()}-", dir=to.parent))
    try:
        (work / "tables").mkdir()
        # In memory, with spilling to `work` above the limit. In a database file, DuckDB writes the values of ENUMs once
        # per row group, which is 23 GiB for H&M's customers.
        connection = duckdb.connect()
        try:
            connection.execute(f"SET memory_limit = '{config.memory_limit_gib}GiB'")
            connection.execute(f"SET temp_directory = {sql_text(work / 'spill')}")
            # With these, DuckDB tracks its progress and does not print it.
            connection.execute("SET enable_progress_bar = true")
            connection.execute("SET enable_progress_bar_print = false")
            report = read(connection, work, beside)
        finally:
            connection.close()
        (work / "tables").rename(to)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report


def _work_prefix() -> str:
    """Returns the prefix of work folders. It names the host, because only processes of this host can be checked."""
    return f".ingest-{platform.node()}-"


def _remove_abandoned(folder: pathlib.Path) -> None:
    """Removes the work folders of killed runs, which take several GB each for a large shop."""
    for path in folder.glob(f"{_work_prefix()}*"):
        pid = path.name.removeprefix(_work_prefix()).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _ingest_tables(
    connection: duckdb.DuckDBPyConnection,
    data_dir: pathlib.Path,
    work: pathlib.Path,
    beside: pathlib.Path,
    config: IngestConfig,
) -> IngestReport:
    rejects: list[Reject] = []
    reports = {
        table: ingest_table(connection, data_dir, table, work, rejects, beside, config) for table in tables_in(data_dir)
    }
    write_rejects(work / "tables" / REJECTS_FILE, rejects)
    days = connection.execute(f"SELECT {DAY}, count(*) FROM transactions_kept GROUP BY 1 ORDER BY 1").fetchall()
    return IngestReport(tables=reports, first_day=days[0][0], last_day=days[-1][0], rows_by_day=dict(days))
