"""Folders of the benchmark: shops and results, cached by code version."""

import dataclasses
import json
import pathlib
import shutil
from collections.abc import Mapping
from typing import Any

from benchmarks.result_store import store
from pipeline.code_version import code_version

SHOP_CODE = "benchmarks.serving.shop"
RESULT_CODE = ("benchmarks.serving.cells", "lookbook.cli")


@dataclasses.dataclass(frozen=True)
class Paths:
    """Folders of one benchmark.

    Attributes:
        work: root of all folders.
    """

    work: pathlib.Path

    @property
    def shop(self) -> pathlib.Path:
        """Folder of the shop of the current code; shops of other code are deleted."""
        return self._current("shop", code_version(SHOP_CODE))

    @property
    def results(self) -> pathlib.Path:
        """Folder of the results of the current code; results of other code are deleted."""
        return self._current("results", code_version(*RESULT_CODE))

    def read(self) -> dict[str, dict[str, Any]]:
        """Results by cell."""
        return {path.stem: json.loads(path.read_text()) for path in sorted(self.results.glob("*.json"))}

    def write(self, cell: str, result: Mapping[str, Any]) -> None:
        """Writes the result of one cell."""
        store(self.results / f"{cell}.json", result)

    def _current(self, name: str, version: str) -> pathlib.Path:
        folder = self.work / name / version
        folder.mkdir(parents=True, exist_ok=True)
        for other in folder.parent.iterdir():
            if other != folder:
                shutil.rmtree(other)
        return folder
