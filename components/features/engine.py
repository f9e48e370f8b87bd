"""The interface of the engines that run the SQL files of `transforms/sql`.

There are two engines: `DuckDbEngine` for one machine and `SparkEngine` for clusters. `open_engine` chooses one; no
other code in this folder depends on the choice.
"""

import pathlib
import re
from collections.abc import Iterator, Mapping
from typing import Protocol

import pyarrow as pa

_PARAMETER = re.compile(r"\$(\w+)")


class Engine(Protocol):
    """Runs queries, given by file name or as text, on named tables.

    A query that ends in `order by` returns its rows in that order, whichever method runs it. Parameters that a query
    does not name are ignored.
    """

    def view(self, name: str, parquet: pathlib.Path) -> None:
        """Registers a Parquet file as table `name`."""

    def materialise(self, name: str, **parameters: float) -> None:
        """Runs the query file `name` and stores its result as a table of that name."""

    def table(self, name: str, **parameters: float) -> pa.Table:
        """Runs the query file `name` and returns its result."""

    def write(self, name: str, to: pathlib.Path, **parameters: float) -> None:
        """Runs the query file `name` and writes its result as one Parquet file."""

    def batches(self, name: str, **parameters: float) -> Iterator[pa.RecordBatch]:
        """Runs the query file `name` and yields its result in batches; no other query may run meanwhile."""

    def query(self, text: str) -> pa.Table:
        """Runs a query given as text and returns its result."""

    def close(self) -> None:
        """Closes the engine and drops its tables."""


def used_parameters(query: str, parameters: Mapping[str, float]) -> dict[str, float]:
    """Returns the parameters that the query names."""
    names = set(_PARAMETER.findall(query))
    return {name: value for name, value in parameters.items() if name in names}
