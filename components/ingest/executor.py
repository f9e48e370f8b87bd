"""Reads and checks the three CSVs of a shop and writes typed Parquet tables. Does not need TFX.

Writes to a folder beside the target and renames it at the end, so that a failed run leaves no partial output.
"""

from __future__ import annotations

import logging
import os
import pathlib
import platform
import shutil
import tempfile

import duckdb
import psutil

from components.ingest.causes import first_causes
from components.ingest.config import IngestConfig
from components.ingest.domains import find_violations
from components.ingest.duckdb_progress import duckdb_progress
from components.ingest.failures import one_line_errors
from components.ingest.ids import has_blank_sql
from components.ingest.rejects import FILE as REJECTS_FILE
from components.ingest.rejects import Defects, Reject, find_defects, write_rejects
from components.ingest.report import IngestReport, TableReport
from components.ingest.source import Source, find, open_source
from components.ingest.staging import KEYS, stage
from transforms.columns import ARTICLE_ID, CUSTOMER_ID, DAY, PRICE, SALES_CHANNEL, TABLES, parquet_file
from transforms.errors import DataError
from transforms.progress import Progress

_log = logging.getLogger(__name__)
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
_READING = 2 / 3  # share of reading in the time of a table; the rest is sorting and writing


def ingest(data_dir: pathlib.Path, to: pathlib.Path, config: IngestConfig) -> IngestReport:
    """Reads the three CSVs in `data_dir`, checks every row and writes the tables into the new folder `to`.

    `to` then holds `{articles,customers,transactions}.parquet` (articles and customers sorted by id,
    transactions by day, customer, article, price, channel), `rejects.csv` and `ingest.json`.

    Args:
        data_dir: folder with `articles.csv`, `customers.csv`, `transactions_train.csv`, each plain or `.gz`.
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


def _ingest(data_dir: pathlib.Path, to: pathlib.Path, config: IngestConfig) -> IngestReport:
    for table in TABLES:
        find(data_dir, table)
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
            connection.execute(f"SET temp_directory = {_sql_text(work / 'spill')}")
            # With these, DuckDB tracks its progress and does not print it.
            connection.execute("SET enable_progress_bar = true")
            connection.execute("SET enable_progress_bar_print = false")
            report = _ingest_tables(connection, data_dir, work, beside, config)
        finally:
            connection.close()
        report.write(work / "tables")
        (work / "tables").rename(to)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report


def _sql_text(value: object) -> str:
    """Returns an SQL string literal; doubles quotes."""
    return "'" + str(value).replace("'", "''") + "'"


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
    reports: dict[str, TableReport] = {}
    for table in TABLES:
        source = open_source(data_dir, table, work)
        lines = source.lines - source.header_lines
        with Progress(f"ingest {source.name}", "rows", lines) as progress:
            staged = stage(connection, source, work, config.max_reject_lines, progress, int(_READING * lines))
            defects = find_defects(connection, source, staged, config.max_reject_lines)
            rejects += defects.rejects
            if source.path.parent == work:
                source.path.unlink()
            _refuse_too_many(connection, source, defects, rejects, beside, config)
            with duckdb_progress(connection, progress, int(_READING * lines), lines):
                _sort_table(connection, table, staged.line)
                violations = find_violations(connection, table)
                blanks = _ids_with_blanks(connection, table)
                _write_table(connection, table, work / "tables" / parquet_file(table))
        reports[table] = TableReport(
            file=source.name,
            rows_read=defects.rows_read,
            rows_kept=defects.rows_read - defects.rows_rejected,
            rows_rejected=defects.rows_rejected,
            reasons=defects.reasons,
            nulls=defects.nulls,
            reject_lines_left_out=sum(defects.reasons.values()) + sum(defects.nulls.values()) - len(defects.rejects),
            violations=violations,
            ids_with_blanks=blanks,
        )
        _log.info("ingest %s: %d rows, %d set aside", source.name, defects.rows_read, defects.rows_rejected)
    write_rejects(work / "tables" / REJECTS_FILE, rejects)
    days = connection.execute(f"SELECT {DAY}, count(*) FROM transactions_kept GROUP BY 1 ORDER BY 1").fetchall()
    return IngestReport(tables=reports, first_day=days[0][0], last_day=days[-1][0], rows_by_day=dict(days))


def _refuse_too_many(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    defects: Defects,
    rejects: list[Reject],
    beside: pathlib.Path,
    config: IngestConfig,
) -> None:
    if not defects.rows_read:
        raise DataError(f"{source.name} has a header but no rows")
    share = defects.rows_rejected / defects.rows_read
    if share <= config.max_rejected_share and defects.rows_rejected < defects.rows_read:
        return
    write_rejects(beside, rejects)
    reason, count = next(iter(defects.reasons.items()))
    raise DataError(
        f"{source.name}: {defects.rows_rejected:,} of {defects.rows_read:,} rows ({share:.2%}) would be set aside, "
        f"the limit is {config.max_rejected_share:.2%} (ingest.max_rejected_share); "
        f"most often {reason} ({count:,}){first_causes(connection, source.table, rejects)}; see {beside}"
    )


def _sort_table(connection: duckdb.DuckDBPyConnection, table: str, line: str) -> None:
    """Creates the view `<table>_kept`, the kept rows with their line numbers, and the table `<table>_sorted`."""
    columns = ", ".join(f'"{column.name}"' for column in TABLES[table])
    connection.execute(
        f"""
        CREATE OR REPLACE VIEW {table}_kept AS
        SELECT {columns}, {line} AS line FROM {table}_staged WHERE rowid NOT IN (SELECT row FROM {table}_set_aside)
        """
    )
    # Codes are integers in the order of the ids. Sorting by the ENUMs themselves is fifty times slower.
    order = KEYS.get(
        table,
        f"{DAY}, enum_code({CUSTOMER_ID}), enum_code({ARTICLE_ID}), {PRICE}, {SALES_CHANNEL} NULLS FIRST",
    )
    connection.execute(f"CREATE OR REPLACE TABLE {table}_sorted AS SELECT {columns} FROM {table}_kept ORDER BY {order}")


def _ids_with_blanks(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    if table not in KEYS:
        return 0
    row = connection.execute(f"SELECT count(*) FROM {table}_sorted WHERE {has_blank_sql(KEYS[table])}").fetchone()
    assert row is not None
    return int(row[0])


def _write_table(connection: duckdb.DuckDBPyConnection, table: str, path: pathlib.Path) -> None:
    """Writes `<table>_sorted` and drops it; converts the ENUM ids of transactions to strings."""
    columns = ", ".join(
        f'CAST("{column.name}" AS VARCHAR) AS "{column.name}"' if column.kind == "id" else f'"{column.name}"'
        for column in TABLES[table]
    )
    connection.execute(f"COPY (SELECT {columns} FROM {table}_sorted) TO {_sql_text(path)} {_PARQUET}")
    if table in KEYS:
        key = KEYS[table]
        connection.execute(f"CREATE TYPE {key}_enum AS ENUM (SELECT {key} FROM {table}_sorted ORDER BY {key})")
    connection.execute(f"DROP TABLE {table}_sorted")
