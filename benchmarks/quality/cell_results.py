"""Stores the results of cells: one JSON file for each cell, named by a hash of its inputs."""

import json
import pathlib
from typing import Any

from benchmarks.quality.cells import Cell
from benchmarks.result_store import code_of, digest_of, store

MEASURED = "benchmarks.quality.cell_runner"


class CellResults:
    """Results in a work folder.

    Args:
        work: the work folder.
        measured: module whose code, with that of its imports, is part of the key of the results.
    """

    def __init__(self, work: pathlib.Path, measured: str = MEASURED):
        self._measured = measured
        self.stages = work / "stages"
        self._results = work / "results"

    def path(self, cell: Cell) -> pathlib.Path:
        """The file of a cell, named by the cell and a hash of settings, data, purchases and code."""
        return self._results / f"{cell.name}-{digest_of([cell.depends(), code_of(self._measured)])}.json"

    def read(self, cell: Cell) -> dict[str, Any] | None:
        """The result of a cell; None if it was not measured with this code."""
        path = self.path(cell)
        return json.loads(path.read_text()) if path.exists() else None

    def write(self, cell: Cell, result: dict[str, Any]) -> None:
        """Stores a result."""
        store(self.path(cell), result)
