"""Finds, counts and writes the rows and values of a staged table that are wrong.

The line number of a record is that of its first byte, from 1 with the header, as shown by an editor.
"""

from __future__ import annotations

import dataclasses
import pathlib

import duckdb

from components.ingest.ids import is_name_sql, reason_sql, stripped_sql
from components.ingest.numbers import day_reason_sql, float_reason_sql, int_reason_sql
from components.ingest.source import Source
from components.ingest.staging import KEYS, REFERRING, UNIQUE, Staged, may_be_unusable
from transforms.columns import ARTICLE_ID, COLUMNS, FILES, Column

FILE = "rejects.csv"
FIELDS = ("file", "line", "column", "value", "reason", "action")
SET_ASIDE = "row set aside"
SET_NULL = "value set to null"
HEADER_AGAIN = "the header once more"
REPEATED = "repeated, the first is kept"
DROPPED = "its row in {} was set aside"
_MAX_VALUE_CHARACTERS = 500
_MAX_GUESSED = 1_000


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
    """The defects of one table.

    Attributes:
        rows_read: number of rows and malformed records of the file.
        rows_rejected: number of rows set aside, including malformed records.
        reasons: defects that set a row aside, by `column: reason`, most frequent first.
        nulls: values set to null, by `column: reason`, most frequent first.
        rejects: the first defects in the order of the file, with line numbers.
    """

    rows_read: int
    rows_rejected: int
    reasons: dict[str, int]
    nulls: dict[str, int]
    rejects: list[Reject]


def find_defects(connection: duckdb.DuckDBPyConnection, source: Source, staged: Staged, max_lines: int) -> Defects:
    """Finds the defects of `<table>_staged` and creates `<table>_set_aside(row)`, the rows to set aside.

    For articles and customers it also creates `<table>_dropped(id, line, reason)`: a row for each id without a kept
    row, with its first line number and the reason.

    Args:
        connection: holds the staged table.
        source: file of the table.
        staged: description of the staged table.
        max_lines: maximum number of located defects.
    """
    table = source.table
    _collect(connection, table, staged)
    if table in KEYS:
        _collect_dropped(connection, source, staged)
    counts = connection.execute(
        f"SELECT action, name || ': ' || reason, count(*) FROM {table}_defects GROUP BY ALL"
    ).fetchall()
    counts += [(SET_ASIDE, ": ".join(filter(None, names)), count) for names, count in staged.malformed_counts.items()]
    malformed = sum(staged.malformed_counts.values())
    located = connection.execute(
        f"""
        SELECT line, name, value, reason, action
        FROM {table}_defects
        ORDER BY row, position
        LIMIT {max_lines}
        """
    ).fetchall()
    rows = _scalar(connection, f"SELECT count(*) FROM {table}_staged")
    set_aside = _scalar(connection, f"SELECT count(*) FROM {table}_set_aside")
    rejects = [
        Reject(source.name, line, name, (value or "")[:_MAX_VALUE_CHARACTERS], reason, action)
        for line, name, value, reason, action in located
    ]
    rejects += [
        Reject(source.name, record.line, record.column, record.text[:_MAX_VALUE_CHARACTERS], record.reason, SET_ASIDE)
        for record in staged.malformed
    ]
    rejects.sort(key=lambda reject: reject.line)
    return Defects(
        rows_read=rows + malformed,
        rows_rejected=set_aside + malformed,
        reasons=_most_frequent_first(counts, SET_ASIDE),
        nulls=_most_frequent_first(counts, SET_NULL),
        rejects=rejects[:max_lines],
    )


def write_rejects(path: pathlib.Path, rejects: list[Reject]) -> None:
    """Writes `rejects` as CSV, with a header line even if there are none. Values may hold any text."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        file.write(",".join(FIELDS) + "\n")
        for reject in rejects:
            file.write(",".join(_quoted(str(value)) for value in dataclasses.astuple(reject)) + "\n")


def _quoted(value: str) -> str:
    """Quotes a value as in RFC 4180; replaces NUL, at which many CSV readers stop, by U+2400."""
    value = value.replace("\0", "\u2400")
    if any(character in value for character in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def _collect(connection: duckdb.DuckDBPyConnection, table: str, staged: Staged) -> None:
    """Creates `<table>_defects(row, line, position, name, value, reason, action)` and the tables derived from it."""
    per_column = " UNION ALL ".join(
        _defects_of(column, table, position, staged.line) for position, column in enumerate(COLUMNS[table])
    )
    connection.execute(f"CREATE OR REPLACE TABLE {table}_defects AS {per_column}")
    key = UNIQUE.get(table)
    if key:
        connection.execute(
            f"""
            INSERT INTO {table}_defects
            SELECT row, line, {len(COLUMNS[table])}, '{key}', id, '{REPEATED}', '{SET_ASIDE}'
            FROM (
                SELECT
                    rowid AS row,
                    {staged.line} AS line,
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


def _collect_dropped(connection: duckdb.DuckDBPyConnection, source: Source, staged: Staged) -> None:
    """Creates `<table>_dropped(id, line, reason)`: ids without a kept row, their first line number and the reason.

    An id with white space at its ends is also added without it, because transactions may hold the trimmed id.
    """
    table, key = source.table, KEYS[source.table]
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table}_dropped AS
        SELECT coalesce("{key}", raw_{key}) AS id, defects.line, name || ': ' || reason AS reason
        FROM {table}_defects AS defects JOIN {table}_staged AS staged ON defects.row = staged.rowid
        WHERE action = '{SET_ASIDE}'
        """
    )
    # The id of a record that is not a row can be read if the values before it are complete.
    number = source.header.index(key)
    guessed = [
        (values[number].strip(' "'), record.line, ": ".join(filter(None, (record.column, record.reason))))
        for record in staged.malformed[:_MAX_GUESSED]
        if len(values := record.text.split(",", number + 1)) > number
    ]
    if guessed:
        connection.executemany(f"INSERT INTO {table}_dropped VALUES (?, ?, ?)", guessed)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE {table}_dropped AS
        SELECT id, min(line) AS line, arg_min(reason, line) AS reason
        FROM (SELECT unnest([id, {stripped_sql("id")}]) AS id, line, reason FROM {table}_dropped)
        WHERE id <> '' AND id NOT IN (
            SELECT "{key}" FROM {table}_staged
            WHERE "{key}" IS NOT NULL
                AND rowid NOT IN (SELECT row FROM {table}_defects WHERE action = '{SET_ASIDE}')
        )
        GROUP BY id
        """
    )


def _defects_of(column: Column, table: str, position: int, line: str) -> str:
    raw = f"raw_{column.name}" if may_be_unusable(column) else "CAST(NULL AS VARCHAR)"
    wrong = f'"{column.name}" IS NULL' + ("" if column.required else f" AND trim({raw}) <> ''")
    action = SET_ASIDE if column.required or column.strict else SET_NULL
    return f"""
        SELECT rowid AS row, {line} AS line, {position} AS position, '{column.name}' AS name, {raw} AS value,
            CASE
                WHEN {raw} IS NULL OR trim({raw}) = '' THEN 'missing value'
                ELSE {_reason(column, raw, table)}
            END AS reason,
            '{action}' AS action
        FROM {table}_staged
        WHERE {wrong}
    """


def _reason(column: Column, raw: str, table: str) -> str:
    if column.kind == "id":
        reason = reason_sql(raw)
        if table not in REFERRING:
            return f"CASE WHEN {is_name_sql(raw, column.name)} THEN '{HEADER_AGAIN}' ELSE {reason} END"
        other = "articles" if column.name == ARTICLE_ID else "customers"
        return f"""
            coalesce(
                {reason},
                CASE WHEN {raw} IN (SELECT id FROM {other}_dropped) THEN '{DROPPED.format(FILES[other])}' END,
                'no such row kept of the {other} table'
            )
        """
    if column.kind == "date":
        return day_reason_sql(raw)
    if column.kind == "int":
        return int_reason_sql(raw)
    if column.kind == "float":
        return float_reason_sql(raw, column.name)
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
