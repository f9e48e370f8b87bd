"""Where the bench keeps what it made: a shop for each version of the code that makes it, results for each of all."""

import dataclasses
import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

from benchmarks.kept import keep
from pipeline.code_version import code_version

MAKERS = (
    "components",
    "models",
    "transforms",
    "synthetic",
    "benchmarks/transforming.py",
    "benchmarks/serving/shop.py",
)
MEASURED = (*MAKERS, "serving", "lookbook/commands", "pipeline", "benchmarks/serving")


@dataclasses.dataclass(frozen=True)
class Place:
    """Folders of one bench.

    Attributes:
        work: root of it all.
    """

    work: pathlib.Path

    @property
    def shop(self) -> pathlib.Path:
        """Of the shop that today's code makes; those of other code are deleted."""
        return self._newest("shop", code_version(MAKERS))

    @property
    def results(self) -> pathlib.Path:
        """Of the cells measured with today's code; those of other code are deleted."""
        return self._newest("results", code_version(MEASURED))

    def read(self) -> dict[str, dict[str, Any]]:
        """What was measured so far, by cell."""
        return {path.stem: json.loads(path.read_text()) for path in sorted(self.results.glob("*.json"))}

    def write(self, cell: str, result: Mapping[str, Any]) -> None:
        """Keeps one cell's result."""
        keep(self.results / f"{cell}.json", result)

    def _newest(self, name: str, version: str) -> pathlib.Path:
        folder = self.work / name / version
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other)
        return folder
