"""Reads one CSV of a shop into a sorted, typed Parquet file, and sets wrong rows aside."""

from __future__ import annotations

import logging
import pathlib

import duckdb

from components.ingest.causes import first_causes
from components.ingest.config import IngestConfig
from components.ingest.domains import find_violations
from components.ingest.duckdb_progress import duckdb_progress
from components.ingest.ids import has_blank_sql
from components.ingest.rejects import Defects, Reject, find_defects, write_rejects
from components.ingest.report import TableReport
from components.ingest.source import Source, open_source
from components.ingest.staging import KEYS, stage
from transforms.columns import (
    ARTICLE_ID,
    COLUMNS,
    CUSTOMER_ID,
    DAY,
    OPTIONAL_TABLES,
    PRICE,
    SALES_CHANNEL,
    parquet_file,
)
from transforms.errors import DataError
from transforms.progress import Progress

_log = logging.getLogger(__name__)
_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
_READING = 2 / 3  # share of reading in the time of a table; the rest is sorting and writing


def sql_text(value: object) -> str:
    """Returns an SQL string literal; doubles quotes."""
    return "'" + str(value).replace("'", "''") + "'"


def ingest_table(
    connection: duckdb.DuckDBPyConnection,
    data_dir: pathlib.Path,
    table: str,
    work: pathlib.Path,
    rejects: list[Reject],
    beside: pathlib.Path,
    config: IngestConfig,
) -> TableReport:
    """Reads, checks and sorts one table.

    Args:
        connection: holds the ENUMs of the ids that the table refers to.
        data_dir: folder of the CSVs.
        table: one of `transforms.columns.COLUMNS`.
        work: folder for intermediate files; its folder `tables` receives the Parquet file.
        rejects: rejects of the tables so far; those of this table are appended.
        beside: file for the rejects if too many rows are set aside.
        config: settings.

    Raises:
        DataError: as `executor.ingest`.
    """
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
    _log.info("ingest %s: %d rows, %d set aside", source.name, defects.rows_read, defects.rows_rejected)
    return TableReport(
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
    columns = ", ".join(f'"{column.name}"' for column in COLUMNS[table])
    connection.execute(
        f"""
        CREATE OR REPLACE VIEW {table}_kept AS
        SELECT {columns}, {line} AS line FROM {table}_staged WHERE rowid NOT IN (SELECT row FROM {table}_set_aside)
        """
    )
    # Codes are integers in the order of the ids. Sorting by the ENUMs themselves is fifty times slower.
    order = (
        f"enum_code({ARTICLE_ID})"
        if table in OPTIONAL_TABLES
        else KEYS.get(
            table,
            f"{DAY}, enum_code({CUSTOMER_ID}), enum_code({ARTICLE_ID}), {PRICE}, {SALES_CHANNEL} NULLS FIRST",
        )
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
        for column in COLUMNS[table]
    )
    connection.execute(f"COPY (SELECT {columns} FROM {table}_sorted) TO {sql_text(path)} {_PARQUET}")
    if table in KEYS:
        create_enum(connection, table)
    connection.execute(f"DROP TABLE {table}_sorted")


def create_enum(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Creates the ENUM of the ids of a table.

    Args:
        connection: holds `<table>_sorted`.
        table: one of `KEYS`.
    """
    key = KEYS[table]
    connection.execute(f"CREATE TYPE {key}_enum AS ENUM (SELECT {key} FROM {table}_sorted ORDER BY {key})")
