"""The rows and values that are wrong: found in a staged table, counted, located, written to a file.

A record's line is that of its first byte, from 1, the header included, as an editor shows it. It is worked
out for the defects alone: from a row's number, the line breaks quoted in the rows before it, and the lines
that hold no row.
"""

from __future__ import annotations

import csv
import dataclasses
import pathlib

import duckdb
import numpy as np

from components.ingest.source import Source
from components.ingest.staging import FIRST_DAY, KEYS, LAST_DAY, Malformed, line_of, may_be_unparsable
from transforms.columns import ARTICLE_ID, PRICE, TABLES, Column
from transforms.errors import DataError

FILE = "rejects.csv"
FIELDS = ("file", "line", "column", "value", "reason", "action")
SET_ASIDE = "row set aside"
SET_NULL = "value set to null"
_MAX_VALUE_CHARACTERS = 500


@dataclasses.dataclass(frozen=True)
class Reject:
    """One line of `rejects.csv`."""

    file: str
    line: int
    column: str
    value: str
    reason: str
    action: str


@dataclasses.dataclass(frozen=True)
class Defects:
    """What is wrong with one table.

    Attributes:
        rows_read: rows and malformed records of the file.
        rows_rejected: rows set aside, malformed records among them.
        reasons: defects that set a row aside, by `column: reason`, most frequent first.
        nulls: values set to null, likewise.
        rejects: the first of them in the file's order, located.

    """

    rows_read: int
    rows_rejected: int
    reasons: dict[str, int]
    nulls: dict[str, int]
    rejects: list[Reject]


def find_defects(
    connection: duckdb.DuckDBPyConnection, source: Source, malformed: list[Malformed], max_lines: int
) -> Defects:
    """Finds what is wrong in `<table>_staged`, and leaves the rows to set aside in `<table>_set_aside(row)`.

    Raises:
        DataError: lines of the file are in no row.

    """
    table = source.table
    _collect(connection, table)
    counts = connection.execute(
        f"SELECT action, name || ': ' || reason, count(*) FROM {table}_defects GROUP BY ALL"
    ).fetchall()
    for record in malformed:
        counts.append((SET_ASIDE, ": ".join(filter(None, (record.column, record.reason))), 1))
    located = connection.execute(
        f"""
        SELECT row, name, value, reason, action
        FROM {table}_defects
        ORDER BY row, position
        LIMIT {max_lines}
        """
    ).fetchall()
    rows = _scalar(connection, f"SELECT count(*) FROM {table}_staged")
    set_aside = _scalar(connection, f"SELECT count(*) FROM {table}_set_aside")
    lines = _Lines.of(connection, source, rows, malformed)
    rejects = [
        Reject(source.name, line, name, (value or "")[:_MAX_VALUE_CHARACTERS], reason, action)
        for line, (_, name, value, reason, action) in zip(
            lines.of_rows([row for row, *_ in located]), located, strict=True
        )
    ]
    rejects += [
        Reject(source.name, line, record.column, record.text[:_MAX_VALUE_CHARACTERS], record.reason, SET_ASIDE)
        for line, record in zip(lines.of_malformed, malformed[:max_lines], strict=False)
    ]
    rejects.sort(key=lambda reject: reject.line)
    return Defects(
        rows_read=rows + len(malformed),
        rows_rejected=set_aside + len(malformed),
        reasons=_most_frequent_first(counts, SET_ASIDE),
        nulls=_most_frequent_first(counts, SET_NULL),
        rejects=rejects[:max_lines],
    )


def write_rejects(path: pathlib.Path, rejects: list[Reject]) -> None:
    """Writes `rejects` as CSV, a header line also when there are none."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(dataclasses.astuple(reject) for reject in rejects)


def _collect(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Makes `<table>_defects(row, position, name, value, reason, action)` and `<table>_set_aside(row)`."""
    per_column = " UNION ALL ".join(
        _defects_of(column, table, position) for position, column in enumerate(TABLES[table])
    )
    connection.execute(f"CREATE OR REPLACE TABLE {table}_defects AS {per_column}")
    key = KEYS.get(table)
    if key:
        connection.execute(
            f"""
            INSERT INTO {table}_defects
            SELECT row, {len(TABLES[table])}, '{key}', id, 'repeated, the first is kept', '{SET_ASIDE}'
            FROM (
                SELECT
                    rowid AS row,
                    "{key}" AS id,
                    row_number() OVER (PARTITION BY "{key}" ORDER BY rowid) AS nth
                FROM {table}_staged
                WHERE rowid NOT IN (SELECT row FROM {table}_defects WHERE action = '{SET_ASIDE}')
            )
            WHERE nth > 1
            """
        )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table}_set_aside AS
        SELECT DISTINCT row FROM {table}_defects WHERE action = '{SET_ASIDE}'
        """
    )


def _defects_of(column: Column, table: str, position: int) -> str:
    raw = f"raw_{column.name}" if may_be_unparsable(column, table) else "CAST(NULL AS VARCHAR)"
    wrong = f'"{column.name}" IS NULL' + ("" if column.required else f" AND trim({raw}) <> ''")
    action = SET_ASIDE if column.required else SET_NULL
    return f"""
        SELECT rowid AS row, {position} AS position, '{column.name}' AS name, {raw} AS value,
            CASE
                WHEN {raw} IS NULL OR trim({raw}) = '' THEN 'missing value'
                ELSE {_reason(column, raw)}
            END AS reason,
            '{action}' AS action
        FROM {table}_staged
        WHERE {wrong}
    """


def _reason(column: Column, raw: str) -> str:
    number = f"TRY_CAST({raw} AS DOUBLE)"
    if column.kind == "id":
        file = "articles" if column.name == ARTICLE_ID else "customers"
        return f"'no such row kept of the {file} table'"
    if column.kind == "date":
        return f"""
            CASE WHEN {raw} LIKE '____-__-__' AND try_strptime({raw}, '%Y-%m-%d') IS NOT NULL
                THEN 'day outside {FIRST_DAY} to {LAST_DAY}' ELSE 'not a day (YYYY-MM-DD)' END
        """
    if column.kind == "int":
        return "'not a whole number'"
    if column.kind == "float":
        least = f"WHEN {number} < 0 THEN 'negative' " if column.name == PRICE else ""
        return f"""
            CASE
                WHEN {number} IS NULL THEN 'not a number'
                WHEN NOT isfinite({number}) THEN 'not finite' {least}
                ELSE 'not usable'
            END
        """
    return "'missing value'"


def _most_frequent_first(counts: list[tuple[str, str, int]], action: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for kind, reason, count in counts:
        if kind == action:
            sums[reason] = sums.get(reason, 0) + count
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _scalar(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


@dataclasses.dataclass(frozen=True)
class _Lines:
    """Where the rows of one file lie.

    Attributes:
        first: line of the first row if nothing but rows follows the header.
        rows_with_breaks: [n] numbers of the rows with quoted line breaks, ascending.
        breaks_up_to: [n + 1] line breaks in the first i of them.
        gaps: [m] lines that hold no row, ascending.
        of_malformed: line of each malformed record.

    """

    first: int
    rows_with_breaks: np.ndarray
    breaks_up_to: np.ndarray
    gaps: np.ndarray
    of_malformed: list[int]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, source: Source, rows: int, malformed: list[Malformed]) -> _Lines:
        broken = connection.execute(
            f"SELECT rowid AS row, breaks FROM {source.table}_staged WHERE breaks > 0 ORDER BY rowid"
        ).fetchnumpy()
        breaks_up_to = np.concatenate([[0], np.cumsum(broken["breaks"])]).astype(np.int64)
        of_malformed = [line_of(source, record.position) for record in malformed]
        gaps = [
            line + further
            for line, record in zip(of_malformed, malformed, strict=True)
            for further in range(record.text.count("\n") + 1)
        ]
        unaccounted = source.lines - source.header_lines - rows - int(breaks_up_to[-1]) - len(gaps)
        if unaccounted:
            empty = _empty_lines(source)
            if len(empty) != unaccounted:
                unread = abs(unaccounted - len(empty))
                raise DataError(
                    f"{source.name} has {source.lines:,} lines, {unread:,} of them in no row: "
                    "look for a quote that is never closed, or for line ends of two kinds"
                )
            gaps += empty
        return cls(
            source.header_lines + 1,
            np.asarray(broken["row"], np.int64),
            breaks_up_to,
            np.sort(np.asarray(gaps, np.int64)),
            of_malformed,
        )

    def of_rows(self, rows: list[int]) -> list[int]:
        """The line of each row."""
        numbers = np.asarray(rows, np.int64)
        before = self.breaks_up_to[np.searchsorted(self.rows_with_breaks, numbers, side="left")]
        lines = self.first + numbers + before
        gaps_before = np.searchsorted(self.gaps - np.arange(len(self.gaps)), lines, side="right")
        return (lines + gaps_before).tolist()


def _empty_lines(source: Source) -> list[int]:
    """Empty lines between records, but not those inside quoted values; one pass of the csv module."""
    with source.path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        return [reader.line_num for record in reader if not record and reader.line_num <= source.lines]
