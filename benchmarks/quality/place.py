"""Where results are kept: one JSON a cell, under a name that says what it follows from."""

import json
import pathlib
from typing import Any

from benchmarks.kept import code_of, digest_of, keep
from benchmarks.quality.cells import Cell

_ROOMS = ("components/ingest", "components/features", "components/candidates", "models", "transforms")
_BENCH = ("arithmetic", "judging", "masking", "past", "running", "stages", "training")
MEASURED = (*_ROOMS, *(f"benchmarks/quality/{name}.py" for name in _BENCH))


class Place:
    """Results below a folder.

    Args:
        work: root of it all.
    """

    def __init__(self, work: pathlib.Path):
        self.stages = work / "stages"
        self._results = work / "results"

    def path(self, cell: Cell) -> pathlib.Path:
        """The file of a cell: its name, and a hash of settings, data, truth and code."""
        return self._results / f"{cell.name}-{digest_of([cell.depends(), code_of(MEASURED)])}.json"

    def read(self, cell: Cell) -> dict[str, Any] | None:
        """The cell's result, None if it was not measured with this code."""
        path = self.path(cell)
        return json.loads(path.read_text()) if path.exists() else None

    def write(self, cell: Cell, result: dict[str, Any]) -> None:
        """Keeps a result."""
        keep(self.path(cell), result)
