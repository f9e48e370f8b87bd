"""The record of a run, `run.json`: what its artifacts do not hold, such as its settings and its duration.

A local run writes it to `OUT/run.json`. A pushed version has a copy in `assets.extra`, from which the report of the
next run reads what has changed.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from transforms.atomic_path import atomic_path

FILE = "run.json"


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepRecord:
    """A finished step.

    Attributes:
        name: id of the node.
        cached: whether it was taken from the cache.
        seconds: wall time.
    """

    name: str
    cached: bool
    seconds: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunRecord:
    """Record of a run; None where unknown.

    Attributes:
        kind: `run` or `refresh`.
        settings: all settings, as sections of names and values.
        code_version: hash of the pipeline's code.
        package: name and version of the distribution.
        finished: time of the end, ISO 8601.
        seconds: wall time.
        peak_gib: largest resident memory of the process, in GiB.
        steps: finished steps, in their order; None if the record was made before the end.
        failed_step: step that failed.
        error: message of the failure.
        fingerprint: hash of the CSVs.
        data_dir: folder of the CSVs and photos; None in a pushed version, which other machines read.
        data: first and last day and the kept rows of each table, see `components.report.facts.verdict`.
    """

    kind: str
    settings: Mapping[str, Any]
    code_version: str | None = None
    package: str = ""
    finished: str | None = None
    seconds: float | None = None
    peak_gib: float | None = None
    steps: tuple[StepRecord, ...] | None = None
    failed_step: str | None = None
    error: str | None = None
    fingerprint: str | None = None
    data_dir: str | None = None
    data: Mapping[str, Any] | None = None

    def write(self, folder: pathlib.Path) -> None:
        """Writes `run.json` into a folder."""
        with atomic_path(folder / FILE) as unfinished:
            unfinished.write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n", encoding="utf-8")


def read_run_record(folder: pathlib.Path) -> RunRecord | None:
    """Reads `run.json` from a folder; None if there is none, or if another release wrote other fields."""
    try:
        tree = json.loads((folder / FILE).read_text(encoding="utf-8"))
        steps = tree.pop("steps", None)
        return RunRecord(**tree, steps=None if steps is None else tuple(StepRecord(**step) for step in steps))
    except (OSError, ValueError, TypeError):
        return None
