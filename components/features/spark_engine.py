"""The engine for clusters: the same queries on Spark, translated by sqlglot.

Results are exchanged as Parquet: Spark's executors write ordered parts, and this process joins the parts with one row
group in memory at a time. No large result is collected in the driver.
"""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping

import pyarrow as pa

from components.features.engine import used_parameters
from components.features.spark_session import end_session, start_session
from transforms.errors import ConfigError
from transforms.parquet import pq
from transforms.sql import query_text

_BATCH_ROWS = 1_048_576


class SparkEngine:
    """An `Engine` that owns a Spark session.

    Args:
        master: URL of Spark's master, such as `local[*]` or `spark://host:7077`.
        spill_folder: folder for temporary files of Spark's driver.
        shared_folder: folder through which Spark's executors and this process exchange tables; None for
            `spill_folder`, which suffices if the executors are on this machine.
        memory_limit_gib: heap of the driver, in GiB, or None for Spark's own default.
        options: further options of Spark by name.

    Raises:
        ConfigError: `shared_folder` does not exist, or Spark cannot be started.
    """

    def __init__(
        self,
        master: str,
        spill_folder: pathlib.Path,
        shared_folder: pathlib.Path | None = None,
        memory_limit_gib: float | None = None,
        options: Mapping[str, str] | None = None,
    ):
        if shared_folder is not None and not shared_folder.is_dir():
            raise ConfigError(
                "features.spark_folder must be an existing folder. "
                f"Received: features.spark_folder = '{shared_folder}'; create it, or name another one."
            )
        self._session = start_session(master, spill_folder, memory_limit_gib, options)
        self._exchange = tempfile.TemporaryDirectory(prefix="lookbook-spark-", dir=shared_folder or spill_folder)
        self._numbers = itertools.count()

    def view(self, name: str, parquet: pathlib.Path) -> None:
        """Registers a Parquet file as table `name`."""
        self._session.read.parquet(parquet.absolute().as_uri()).createOrReplaceTempView(name)

    def materialise(self, name: str, **parameters: float) -> None:
        """Runs the query file `name` and stores its result as a table of that name."""
        self.view(name, self._run(query_text(name), parameters))

    def table(self, name: str, **parameters: float) -> pa.Table:
        """Runs the query file `name` and returns its result."""
        return self._table(query_text(name), parameters)

    def write(self, name: str, to: pathlib.Path, **parameters: float) -> None:
        """Runs the query file `name` and writes its result as one Parquet file."""
        with self._result(query_text(name), parameters) as (schema, batches), pq.ParquetWriter(to, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def batches(self, name: str, **parameters: float) -> Iterator[pa.RecordBatch]:
        """Runs the query file `name` and yields its result in batches."""
        with self._result(query_text(name), parameters) as (_, batches):
            yield from batches

    def query(self, text: str) -> pa.Table:
        """Runs a query given as text and returns its result."""
        return self._table(text, {})

    def close(self) -> None:
        """Stops Spark and drops its tables."""
        end_session(self._session)
        self._exchange.cleanup()

    def _table(self, query: str, parameters: Mapping[str, float]) -> pa.Table:
        with self._result(query, parameters) as (schema, batches):
            return pa.Table.from_batches(batches, schema)

    @contextlib.contextmanager
    def _result(
        self, query: str, parameters: Mapping[str, float]
    ) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
        folder = self._run(query, parameters)
        # A part's name begins with its partition number, and Spark sorts into partitions in order.
        parts = sorted(folder.glob("part-*.parquet"))
        plain = pa.schema([(field.name, field.type) for field in pq.read_schema(parts[0])])
        try:
            yield plain, _read(parts, plain)
        finally:
            shutil.rmtree(folder)

    def _run(self, query: str, parameters: Mapping[str, float]) -> pathlib.Path:
        """Runs a query and returns the folder that holds the parts of its result."""
        folder = pathlib.Path(self._exchange.name) / f"{next(self._numbers):06d}"
        found = self._session.sql(spark_query(query), used_parameters(query, parameters))
        found.write.parquet(folder.absolute().as_uri())
        return folder


def spark_query(query: str) -> str:
    """Translates a query to Spark's SQL; `$parameter` becomes `:parameter`.

    Args:
        query: SQL in DuckDB's dialect.

    Raises:
        sqlglot.errors.SqlglotError: the query cannot be translated.
    """
    import sqlglot

    (translated,) = sqlglot.transpile(query, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    return translated


def _read(parts: list[pathlib.Path], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for part in parts:
        with part.open("rb") as file:
            for batch in pq.ParquetFile(file).iter_batches(_BATCH_ROWS):
                yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)
