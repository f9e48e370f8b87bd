"""The engine for one machine: DuckDB in this process, which spills to disk if memory is short."""

import glob
import pathlib
from collections.abc import Iterator

import duckdb
import pyarrow as pa

from components.features.engine import used_parameters
from transforms.parquet import pq
from transforms.sql import query_text

_BATCH_ROWS = 65_536
_GROUP_ROWS = 262_144  # rows of a Parquet row group


class DuckDbEngine:
    """An `Engine` on a DuckDB connection.

    Args:
        spill_folder: folder for data that do not fit in memory.
        memory_limit_gib: DuckDB's memory limit in GiB, or None for its own default (80 % of the machine).
    """

    def __init__(self, spill_folder: pathlib.Path, memory_limit_gib: float | None = None):
        self._connection = duckdb.connect()
        self._connection.execute(f"set temp_directory = {_sql_text(spill_folder)}")
        self._connection.execute("set preserve_insertion_order = true")
        if memory_limit_gib is not None:
            self._connection.execute(f"set memory_limit = '{memory_limit_gib}GiB'")

    def view(self, name: str, parquet: pathlib.Path) -> None:
        """Registers a Parquet file as table `name`."""
        file = _sql_text(glob.escape(str(parquet)))
        self._connection.execute(f"create or replace view {name} as select * from read_parquet({file})")

    def materialise(self, name: str, **parameters: float) -> None:
        """Runs the query file `name` and stores its result as a table of that name."""
        query = query_text(name)
        self._connection.execute(f"create or replace table {name} as {query}", used_parameters(query, parameters))

    def table(self, name: str, **parameters: float) -> pa.Table:
        """Runs the query file `name` and returns its result."""
        query = query_text(name)
        return self._connection.execute(query, used_parameters(query, parameters)).to_arrow_table()

    def write(self, name: str, to: pathlib.Path, **parameters: float) -> None:
        """Runs the query file `name` and writes its result as one Parquet file."""
        query = query_text(name)
        reader = self._connection.execute(query, used_parameters(query, parameters)).to_arrow_reader(_GROUP_ROWS)
        # Writes row group by row group, because DuckDB's memory limit does not cover a materialised result.
        with pq.ParquetWriter(to, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)

    def batches(self, name: str, **parameters: float) -> Iterator[pa.RecordBatch]:
        """Runs the query file `name` and yields its result in batches."""
        query = query_text(name)
        yield from self._connection.execute(query, used_parameters(query, parameters)).to_arrow_reader(_BATCH_ROWS)

    def query(self, text: str) -> pa.Table:
        """Runs a query given as text and returns its result."""
        return self._connection.execute(text).to_arrow_table()

    def close(self) -> None:
        """Closes the connection and drops its tables."""
        self._connection.close()


def _sql_text(value: object) -> str:
    """Returns an SQL string literal; the text may contain quotes."""
    return "'" + str(value).replace("'", "''") + "'"
