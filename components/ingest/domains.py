"""Checks every kept row against the domains of the curated schemas.

TFX's statistics read a sample of a large table and can miss a single impossible value. The bounds and lists are
defined in `transforms/schemas/<table>.pbtxt` only.
"""

from __future__ import annotations

import datetime
import pathlib
from collections.abc import Iterator
from typing import Literal

import duckdb
from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2

from components.ingest.report import MAX_VALUES, Violation
from transforms.columns import COLUMNS, DAY, OPTIONAL_TABLES
from transforms.schemas import SCHEMAS

_EPOCH = datetime.date(1970, 1, 1)
_BOUNDS: tuple[tuple[Literal["below", "above"], str, str, str], ...] = (
    ("below", "min", "<", "ASC"),
    ("above", "max", ">", "DESC"),
)


def find_violations(
    connection: duckdb.DuckDBPyConnection, table: str, schemas: pathlib.Path = SCHEMAS
) -> tuple[Violation, ...]:
    """Finds values of kept rows outside the domains of their schema.

    Args:
        connection: holds `<table>_kept`, with line numbers in the column `line`, and the same rows in the table
            `<table>_sorted`, which is faster to scan.
        table: one of `transforms.columns.COLUMNS`.
        schemas: folder of the curated schemas.
    """
    if table in OPTIONAL_TABLES:  # which have no schema
        return ()
    schema = text_format.Parse((schemas / f"{table}.pbtxt").read_text(encoding="utf-8"), schema_pb2.Schema())
    listed = {domain.name: domain for domain in schema.string_domain}
    columns = {column.name for column in COLUMNS[table]}
    found: list[Violation] = []
    for feature in schema.feature:
        if feature.name not in columns:
            continue
        kind = feature.WhichOneof("domain_info")
        if kind in ("int_domain", "float_domain"):
            found += _out_of_range(connection, table, feature.name, getattr(feature, kind))
        elif kind == "domain" and feature.domain in listed:
            found += _unlisted(connection, table, feature.name, listed[feature.domain])
        elif kind == "string_domain":
            found += _unlisted(connection, table, feature.name, feature.string_domain)
    return tuple(found)


def _out_of_range(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    domain: schema_pb2.IntDomain | schema_pb2.FloatDomain,
) -> Iterator[Violation]:
    for kind, field, operator, order in _BOUNDS:
        # protobuf reads an unset bound as 0.
        if not domain.HasField(field):
            continue
        bound = getattr(domain, field)
        value = f"datediff('day', DATE '{_EPOCH}', {column})" if column == DAY else f'"{column}"'
        rows, first = _rows(connection, table, f"{value} {operator} {bound!r}")
        if rows:
            worst = connection.execute(
                f"""
                SELECT CAST("{column}" AS VARCHAR) FROM {table}_sorted WHERE {value} {operator} {bound!r}
                GROUP BY "{column}" ORDER BY "{column}" {order} LIMIT {MAX_VALUES}
                """
            ).fetchall()
            yield Violation(
                column=column,
                kind=kind,
                bound=str(_EPOCH + datetime.timedelta(days=bound)) if column == DAY else f"{bound:g}",
                rows=rows,
                values=tuple(text for (text,) in worst),
                line=first,
            )


def _unlisted(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, domain: schema_pb2.StringDomain
) -> Iterator[Violation]:
    allowed = ", ".join("'" + value.replace("'", "''") + "'" for value in domain.value) or "NULL"
    condition = f'"{column}" NOT IN ({allowed})' if domain.value else f'"{column}" IS NOT NULL'
    rows, first = _rows(connection, table, condition)
    if rows:
        most = connection.execute(
            f"""
            SELECT "{column}" FROM {table}_sorted WHERE {condition}
            GROUP BY "{column}" ORDER BY count(*) DESC, "{column}" LIMIT {MAX_VALUES}
            """
        ).fetchall()
        yield Violation(
            column=column, kind="unlisted", bound="", rows=rows, values=tuple(text for (text,) in most), line=first
        )


def _rows(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> tuple[int, int]:
    """Returns the number of rows that meet `condition`, and the line number of the first."""
    (rows,) = connection.execute(f"SELECT count(*) FROM {table}_sorted WHERE {condition}").fetchall()[0]
    if not rows:
        return 0, 0
    (first,) = connection.execute(f"SELECT min(line) FROM {table}_kept WHERE {condition}").fetchall()[0]
    return rows, first
