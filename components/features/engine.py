"""Runs the SQL files of `transforms/sql` on DuckDB, out of core where memory is short."""

import importlib.resources
import pathlib
import re
from collections.abc import Mapping

import duckdb
import pyarrow as pa

_PARAMETER = re.compile(r"\$(\w+)")


class DuckDbEngine:
    """A DuckDB connection that knows queries by the name of their file.

    Args:
        spill_folder: where DuckDB may write what does not fit in memory.
        memory_limit_gib: DuckDB's memory limit in GiB, or None for its own default (80 % of the machine).
    """

    def __init__(self, spill_folder: pathlib.Path, memory_limit_gib: float | None = None):
        self._connection = duckdb.connect()
        self._connection.execute(f"set temp_directory = '{spill_folder}'")
        self._connection.execute("set preserve_insertion_order = true")
        if memory_limit_gib is not None:
            self._connection.execute(f"set memory_limit = '{memory_limit_gib}GiB'")

    def view(self, name: str, parquet: pathlib.Path) -> None:
        """Makes a Parquet file known as table `name`."""
        self._connection.execute(f"create or replace view {name} as select * from read_parquet('{parquet}')")

    def materialise(self, name: str, **parameters: float) -> None:
        """Runs the query file `name` and keeps its result as a table of that name."""
        query = query_text(name)
        self._connection.execute(f"create or replace table {name} as {query}", _used(query, parameters))

    def table(self, name: str, **parameters: float) -> pa.Table:
        """Runs the query file `name` and returns its result; parameters the file does not use are left out."""
        query = query_text(name)
        return self._connection.execute(query, _used(query, parameters)).fetch_arrow_table()

    def query(self, text: str) -> pa.Table:
        """Runs a query given as text."""
        return self._connection.execute(text).fetch_arrow_table()

    def close(self) -> None:
        """Ends the connection and drops its tables."""
        self._connection.close()


def query_text(name: str) -> str:
    """The text of `transforms/sql/<name>.sql`, comments left out."""
    text = importlib.resources.files("transforms").joinpath(f"sql/{name}.sql").read_text()
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


def _used(query: str, parameters: Mapping[str, float]) -> dict[str, float]:
    names = set(_PARAMETER.findall(query))
    return {name: value for name, value in parameters.items() if name in names}
