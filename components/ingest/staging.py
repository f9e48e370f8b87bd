"""Reads a CSV into a typed DuckDB table that also holds the values that could not be used.

The table `<table>_staged` has these columns, in the order of the file (`rowid` is the number of the row, from 0):

    each column of the schema   typed; NULL if missing or not usable
    `raw_<column>`              the text that could not be used, else NULL
    `line`                      line number of the row's first byte, from 1; absent if each line is a row

The ids of transactions and of the availability are ENUMs over the kept ids of the other tables. Ids that the ENUM lacks
are dangling, an id takes four bytes, and ENUMs sort as the ids do.
"""

from __future__ import annotations

import dataclasses
import glob
import pathlib
from collections.abc import Mapping

import duckdb

from components.ingest.duckdb_progress import duckdb_progress
from components.ingest.faults import MAX_ROW_BYTES
from components.ingest.ids import accepted_sql, is_name_sql
from components.ingest.numbers import day_sql, float_sql, int_sql
from components.ingest.reader import LINE, Malformed, Reader, is_plain
from components.ingest.source import Source
from transforms.columns import ARTICLE_ID, COLUMNS, CUSTOMER_ID, Column
from transforms.parquet import pq
from transforms.progress import Progress

KEYS = {"articles": ARTICLE_ID, "customers": CUSTOMER_ID}
UNIQUE = {**KEYS, "availability": ARTICLE_ID}  # each value once; the first row is kept
REFERRING = ("transactions", "availability")  # their ids are those of kept rows of the tables of `KEYS`


@dataclasses.dataclass(frozen=True)
class Staged:
    """Description of a staged table beside its rows.

    Attributes:
        line: SQL expression for the line of a row.
        malformed: the first records that are not rows, in the order of the file.
        malformed_counts: counts of all such records, by column and reason.
    """

    line: str
    malformed: list[Malformed]
    malformed_counts: Mapping[tuple[str, str], int]


def stage(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    work: pathlib.Path,
    max_malformed: int,
    progress: Progress,
    rows: int,
) -> Staged:
    """Reads `source` into `<table>_staged`.

    Args:
        connection: receives the table; for those of `REFERRING` it must hold the ENUMs of the ids.
        source: file to read.
        work: folder for an intermediate file.
        max_malformed: maximum number of records kept in `malformed`.
        progress: advances from 0 to `rows`.
        rows: final value of `progress`.

    Raises:
        DataError: the file is not UTF-8, or a quote is never closed.
    """
    if is_plain(source):
        with duckdb_progress(connection, progress, 0, rows):
            if _stage_plain(connection, source):
                return Staged(f"rowid + {source.header_lines + 1}", [], {})
    size = source.path.stat().st_size
    reader = Reader(source, max_malformed, lambda done: progress.reach(min(done * rows // size, rows)))
    _stage_read(connection, source, reader, work / f"{source.table}.parquet")
    progress.reach(rows)
    return Staged(LINE, reader.malformed, reader.malformed_counts)


def _stage_plain(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    """Reads a plain file with DuckDB; returns false if a line is not a row."""
    if source.commas != source.lines * (len(source.header) - 1):
        return False  # DuckDB accepts one extra comma at the end of a line
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(source.header)))
    names = ", ".join(f'"c{source.header.index(column.name)}" AS {_text(column)}' for column in COLUMNS[source.table])
    try:
        connection.execute(
            f"""
            CREATE OR REPLACE TABLE {source.table}_staged AS
            SELECT {_columns(source.table)}
            FROM (
                SELECT *, {_typed_columns(source.table)}
                FROM (
                    SELECT {names}
                    FROM read_csv(
                        ?, auto_detect = false, header = true, delim = ',', quote = '', escape = '',
                        columns = {{{columns}}}, max_line_size = {MAX_ROW_BYTES}
                    )
                )
            )
            """,
            [glob.escape(str(source.path))],
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):  # a line is not a row; the reader locates it
        return False
    row = connection.execute(f"SELECT count(*) FROM {source.table}_staged").fetchone()
    return row is not None and row[0] == source.lines - source.header_lines


def _stage_read(connection: duckdb.DuckDBPyConnection, source: Source, reader: Reader, path: pathlib.Path) -> None:
    """Reads the file with `reader` and loads its rows into DuckDB as text, through the Parquet file `path`."""
    try:
        with pq.ParquetWriter(path, reader.schema, compression="snappy", use_dictionary=False) as writer:
            for batch in reader.batches():
                writer.write_batch(batch)
        names = ", ".join(f"{_name(column)} AS {_text(column)}" for column in COLUMNS[source.table])
        connection.execute(
            f"""
            CREATE OR REPLACE TABLE {source.table}_staged AS
            SELECT {_columns(source.table)}, {LINE}
            FROM (
                SELECT *, {_typed_columns(source.table)}
                FROM (SELECT {names}, {LINE} FROM read_parquet(?))
            )
            """,
            [glob.escape(str(path))],
        )
    finally:
        path.unlink(missing_ok=True)


def _columns(table: str) -> str:
    # Text columns accept every value, so they keep no raw text.
    raw = [
        f"CASE WHEN {_name(column)} IS NULL THEN {_text(column)} END AS raw_{column.name}"
        for column in COLUMNS[table]
        if may_be_unusable(column)
    ]
    return ", ".join([_name(column) for column in COLUMNS[table]] + raw)


def _typed_columns(table: str) -> str:
    return ", ".join(f"{_typed(column, table)} AS {_name(column)}" for column in COLUMNS[table])


def may_be_unusable(column: Column) -> bool:
    """Returns whether a text may not be usable as a value of `column`."""
    return column.kind in ("date", "int", "float", "id")


def _name(column: Column) -> str:
    return f'"{column.name}"'


def _text(column: Column) -> str:
    return f'"raw {column.name}"'


def _typed(column: Column, table: str) -> str:
    text = _text(column)
    if column.kind == "id":
        if table in REFERRING:
            return f"TRY_CAST({text} AS {column.name}_enum)"
        return f"CASE WHEN {accepted_sql(text)} AND NOT {is_name_sql(text, column.name)} THEN {text} END"
    if column.kind == "date":
        return day_sql(text)
    if column.kind == "int":
        return int_sql(text)
    if column.kind == "float":
        return float_sql(text, column.name)
    return f"nullif({text}, '')"
