"""Names the rows of articles and customers whose rejection set aside the most transactions."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from components.ingest.rejects import Reject
from components.ingest.staging import KEYS

_NAMED = 3


def first_causes(connection: duckdb.DuckDBPyConnection, table: str, rejects: Sequence[Reject]) -> str:
    """Describes the rejected articles or customers that set aside the most transactions; "" if there are none.

    Args:
        connection: holds `<table>_staged` and, of articles and customers, `<table>_dropped`.
        table: table with too many rows set aside.
        rejects: rejects of all tables so far, which name the files.
    """
    if table != "transactions":
        return ""
    found: list[tuple[int, str]] = []
    for other, key in KEYS.items():
        rows = connection.execute(
            f"""
            SELECT id, any_value(dropped.line), any_value(reason), count(*) AS transactions
            FROM transactions_staged JOIN {other}_dropped AS dropped ON raw_{key} = id
            WHERE {key} IS NULL
            GROUP BY id
            ORDER BY transactions DESC, id
            LIMIT {_NAMED}
            """
        ).fetchall()
        file = next((reject.file for reject in rejects if reject.file.startswith(other)), other)
        found += [
            (count, f"{key} {_short(id_)} is missing since {file} line {line} was set aside ({reason}): {count:,} rows")
            for id_, line, reason, count in rows
        ]
    found.sort(key=lambda cause: -cause[0])
    if not found:
        return ""
    return "; first cause: " + ", ".join(text for _, text in found[:_NAMED])


def _short(text: str) -> str:
    """Returns an id in one line, with line breaks escaped, at most 80 characters."""
    shown = text if text.isprintable() else ascii(text)
    return shown if len(shown) <= 80 else shown[:77] + "..."
