"""One CSV read into one DuckDB table: typed, each row with what is wrong with it, in the file's order.

The staged table `<table>_staged` has, in the order of the file (so that `rowid` is the row's number from 0):

    one column per column of the schema   typed; NULL where missing or not parsable
    `raw_<column>`                        the text that could not be parsed, else NULL
    `breaks`                              line breaks inside the row's quoted values

The ids of transactions are staged as ENUMs over the kept ids of the other two tables: what is not in the
ENUM is dangling, an id takes four bytes, and the ENUM's order is the ids' order.
"""

from __future__ import annotations

import dataclasses

import duckdb

from components.ingest.source import Source
from transforms.columns import ARTICLE_ID, CUSTOMER_ID, PRICE, TABLES, Column
from transforms.errors import DataError

KEYS = {"articles": ARTICLE_ID, "customers": CUSTOMER_ID}
FIRST_DAY = "1970-01-01"
LAST_DAY = "2099-12-31"
# The longest row that is read; a description is some hundred bytes, a quote never closed is longer.
_MAX_ROW_BYTES = 4_000_000


@dataclasses.dataclass(frozen=True)
class Malformed:
    """A record that is not a row: too many or too few values, or a quote in the wrong place.

    Attributes:
        position: of its first byte in the file.
        text: the record, without the empty lines before it.
        column: where it goes wrong, or empty.
        reason: what is wrong.

    """

    position: int
    text: str
    column: str
    reason: str


def stage(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Malformed]:
    """Reads `source` into `<table>_staged` and returns the records that are no rows, in the file's order.

    Raises:
        DataError: not UTF-8, a quote that is never closed, or line ends of both kinds.

    """
    connection.execute("DROP TABLE IF EXISTS reject_errors")
    connection.execute("DROP TABLE IF EXISTS reject_scans")
    typed = ", ".join(f"{_typed(column, source.table)} AS {_name(column)}" for column in TABLES[source.table])
    # A column that a string may always be read into has no raw text to keep.
    parsed = [column for column in TABLES[source.table] if may_be_unparsable(column, source.table)]
    raw = "".join(
        f", CASE WHEN {_name(column)} IS NULL THEN {_text(column)} END AS raw_{column.name}" for column in parsed
    )
    breaks = " + ".join(_breaks(f'"c{i}"') for i in range(len(source.header)))
    names = ", ".join(
        f'"c{source.header.index(column.name)}" AS "raw {column.name}"' for column in TABLES[source.table]
    )
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(source.header)))
    try:
        connection.execute(
            f"""
            CREATE OR REPLACE TABLE {source.table}_staged AS
            SELECT {", ".join(_name(column) for column in TABLES[source.table])} {raw}, breaks
            FROM (
                SELECT *, {typed}
                FROM (
                    SELECT {names}, CAST({breaks} AS INTEGER) AS breaks
                    FROM read_csv(
                        ?, auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
                        columns = {{{columns}}}, store_rejects = true, rejects_limit = 0,
                        max_line_size = {_MAX_ROW_BYTES}
                    )
                )
            )
            """,
            [str(source.path)],
        )
    except duckdb.InvalidInputException as error:
        raise DataError(f"{source.name} cannot be read: {_advice(str(error))}") from error
    return _malformed(connection, source)


def may_be_unparsable(column: Column, table: str) -> bool:
    """Whether a text can fail to become a value of `column`."""
    return column.kind in ("date", "int", "float") or (table == "transactions" and column.kind == "id")


def _name(column: Column) -> str:
    return f'"{column.name}"'


def _text(column: Column) -> str:
    return f'"raw {column.name}"'


def _typed(column: Column, table: str) -> str:
    text = _text(column)
    number = f"TRY_CAST({text} AS DOUBLE)"
    if column.kind == "id":
        filled = f"CASE WHEN trim({text}) <> '' THEN {text} END"
        return f"TRY_CAST({text} AS {column.name}_enum)" if table == "transactions" else filled
    if column.kind == "date":
        # LIKE refuses what strptime lets through, `2020-9-1` or `infinity`.
        day = f"CASE WHEN {text} LIKE '____-__-__' THEN CAST(try_strptime({text}, '%Y-%m-%d') AS DATE) END"
        return f"CASE WHEN {day} BETWEEN DATE '{FIRST_DAY}' AND DATE '{LAST_DAY}' THEN {day} END"
    if column.kind == "int":
        # A plain cast to BIGINT rounds 12.7 to 13. `12.0` is 12: pandas writes columns with gaps so.
        return f"CASE WHEN {number} = trunc({number}) AND abs({number}) < 9e15 THEN CAST({number} AS BIGINT) END"
    if column.kind == "float":
        least = f" AND {number} >= 0" if column.name == PRICE else ""
        return f"CASE WHEN isfinite({number}){least} THEN {number} END"
    return f"nullif({text}, '')"


def _breaks(text: str) -> str:
    count = f"length({text}) - length(replace({text}, chr(10), ''))"
    return f"CASE WHEN contains({text}, chr(10)) THEN {count} ELSE 0 END"


def _advice(message: str) -> str:
    if "state machine" in message:
        return "its line ends are of two kinds, or a quote is in the wrong place; save it again with one kind"
    if "Maximum line size" in message:
        return f"a row is longer than {_MAX_ROW_BYTES:,} bytes, or a quoted value is never closed"
    return message.splitlines()[0]


_REASONS = {
    "MISSING COLUMNS": "too few values",
    "TOO MANY COLUMNS": "too many values",
    "UNQUOTED VALUE": "a quote in the wrong place",
    "LINE SIZE OVER MAXIMUM": "row too long",
}


def _malformed(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Malformed]:
    rows = connection.execute(
        """
        SELECT line_byte_position, any_value(csv_line), min(error_type), 
            min(TRY_CAST(substr(column_name, 2) AS INTEGER))
        FROM reject_errors
        GROUP BY line_byte_position
        ORDER BY line_byte_position
        """
    ).fetchall()
    found = []
    for position, text, kind, number in rows:
        empty = len(text) - len(text.lstrip("\r\n"))
        record = Malformed(
            position + empty,
            text.strip("\r\n"),
            _column_name(number, source),
            _REASONS.get(kind, kind.lower()),
        )
        if kind == "INVALID ENCODING":
            line = line_of(source, record.position)
            raise DataError(f"{source.name} line {line} is not UTF-8: save the file again as UTF-8")
        if kind == "UNQUOTED VALUE" and "\n" in record.text:
            line = line_of(source, record.position)
            raise DataError(f"{source.name} line {line} opens a quoted value that is never closed")
        found.append(record)
    return found


def line_of(source: Source, position: int) -> int:
    """The physical line, from 1, of the byte at `position`."""
    lines = 1
    with source.path.open("rb") as file:
        while position > 0 and (chunk := file.read(min(position, 1 << 22))):
            lines += chunk.count(b"\n")
            position -= len(chunk)
    return lines


def _column_name(number: int | None, source: Source) -> str:
    return "" if number is None else source.header[number]
