"""What runs the SQL files of `transforms/sql`: the interface, and how it is told which query.

There are two: `DuckDbEngine` for one machine and `SparkEngine` beyond it. `open_engine` chooses; nothing else in this
room knows which one it has.
"""

import importlib.resources
import pathlib
import re
from collections.abc import Iterator, Mapping
from typing import Protocol

import pyarrow as pa

_PARAMETER = re.compile(r"\$(\w+)")


class Engine(Protocol):
    """Tables by name, and queries by the name of their file or as text.

    A query that ends in `order by` yields its rows in that order, whichever method runs it. Parameters that a query
    does not use are left out.
    """

    def view(self, name: str, parquet: pathlib.Path) -> None:
        """Makes a Parquet file known as table `name`."""

    def materialise(self, name: str, **parameters: float) -> None:
        """Runs the query file `name` and keeps its result as a table of that name."""

    def table(self, name: str, **parameters: float) -> pa.Table:
        """Runs the query file `name` and returns its result."""

    def write(self, name: str, to: pathlib.Path, **parameters: float) -> None:
        """Runs the query file `name` and writes its result as one Parquet file."""

    def batches(self, name: str, **parameters: float) -> Iterator[pa.RecordBatch]:
        """Runs the query file `name` and yields its result piece by piece; no other query may run meanwhile."""

    def query(self, text: str) -> pa.Table:
        """Runs a query given as text and returns its result."""

    def close(self) -> None:
        """Ends the engine and drops its tables."""


def query_text(name: str) -> str:
    """The text of `transforms/sql/<name>.sql`, comments left out."""
    text = importlib.resources.files("transforms").joinpath(f"sql/{name}.sql").read_text()
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))


def used_parameters(query: str, parameters: Mapping[str, float]) -> dict[str, float]:
    """Those of the parameters that the query names."""
    names = set(_PARAMETER.findall(query))
    return {name: value for name, value in parameters.items() if name in names}
