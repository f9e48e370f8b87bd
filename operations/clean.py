"""Deletes artifacts of old runs that no pushed version and no later run needs.

Kept are, of each pipeline, the newest complete runs and all runs after them, and the runs that pushed the versions
which still exist. An artifact that a kept run used, from the cache too, is kept. ML Metadata marks the others as
deleted before their folders go, so that TFX computes them again when a later run needs them.

Checkpoints are deleted if they were last written before the first of the kept newest runs began: a training that
finished does not read them again. The vectors of photos in `OUT/content` belong to photos, not to runs, and are kept.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
from collections.abc import Iterable, Iterator

from components.model_files import RUN_KEY
from operations.recorded_runs import RecordedRun, artifacts_in, mark_deleted, open_store, read_runs
from pipeline.out_lock import exclusive_lock
from pipeline.versions import list_versions
from transforms.errors import DataError

PIPELINE, CHECKPOINTS, SYSTEM = "pipeline", "checkpoints", ".system"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Removable:
    """A folder that may be deleted.

    Attributes:
        path: the folder, below the output folder.
        size: bytes of its files.
        artifact: id of the artifact; None for a checkpoint, or if the metadata do not know it.
    """

    path: pathlib.Path
    size: int
    artifact: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cleaning:
    """What a cleaning deletes and keeps.

    Attributes:
        removable: folders to delete, in the order of their paths.
        kept_bytes: size of the artifacts and checkpoints that stay.
        runs: number of runs of which artifacts are kept.
        of_runs: number of recorded runs.
    """

    removable: tuple[Removable, ...]
    kept_bytes: int
    runs: int
    of_runs: int

    @property
    def size(self) -> int:
        """Bytes to delete."""
        return sum(each.size for each in self.removable)


def clean(out: pathlib.Path, keep_runs: int, *, delete: bool) -> Cleaning:
    """Finds the artifacts and checkpoints that nothing needs, and deletes them if asked to.

    Args:
        out: output folder of `lookbook run`.
        keep_runs: number of newest complete runs to keep, of each pipeline; 1 or more.
        delete: whether to delete.

    Raises:
        DataError: there was no run in the folder, or the folder was moved.
        LookbookError: a run uses the folder.
        ValueError: `keep_runs` is below 1.
    """
    if keep_runs < 1:
        raise ValueError(f"keep_runs must be 1 or more. Received: {keep_runs}.")
    out = out.resolve()
    store = open_store(out)
    with exclusive_lock(out):
        runs = read_runs(store)
        newest = _newest(runs, keep_runs)
        pushed = {version.figures.get(RUN_KEY) for version in list_versions(out)} - {None}
        kept_runs = newest | {run for run in runs if run.run_key in pushed}
        artifacts = artifacts_in(store, out / PIPELINE)
        if not artifacts and any(run.artifacts for run in runs):
            raise DataError(f"{out} must be the folder that its runs wrote to. It was moved; run `lookbook run` again")
        needed = {number for run in kept_runs for number in run.artifacts}
        since = min((run.started_s for run in newest), default=0.0)
        candidates = [
            *_unneeded_artifacts(out / PIPELINE, artifacts, needed),
            *((path, None) for path in _old_checkpoints(out / CHECKPOINTS, since)),
        ]
        removable = tuple(
            Removable(path=path, size=size_of(path), artifact=number) for path, number in sorted(candidates, key=str)
        )
        size = size_of(out / PIPELINE) + size_of(out / CHECKPOINTS)
        if delete:
            mark_deleted(store, {number for number in artifacts if number not in needed})
            for each in removable:
                shutil.rmtree(each.path)
    return Cleaning(
        removable=removable,
        kept_bytes=size - sum(each.size for each in removable),
        runs=len(kept_runs),
        of_runs=len(runs),
    )


def size_of(folder: pathlib.Path) -> int:
    """Bytes of all files below a folder, links not followed; 0 if there is none."""
    return sum(os.lstat(os.path.join(parent, name)).st_size for parent, _, names in os.walk(folder) for name in names)


def artifact_folders(root: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yields the folders of artifacts, `<step>/<output>/<number>`, also of those that no metadata know.

    Args:
        root: folder of the artifacts.
    """
    for path in root.glob("*/*/*"):
        if path.is_dir() and path.parent.name != SYSTEM:
            yield path


def _newest(runs: Iterable[RecordedRun], keep: int) -> set[RecordedRun]:
    """Of each pipeline the newest complete runs, and all runs after the first of them."""
    found: set[RecordedRun] = set()
    complete: dict[str, int] = {}
    for run in sorted(runs, key=lambda run: run.number, reverse=True):
        if complete.get(run.pipeline, 0) < keep:
            found.add(run)
            complete[run.pipeline] = complete.get(run.pipeline, 0) + run.complete
    return found


def _unneeded_artifacts(
    root: pathlib.Path, artifacts: dict[int, pathlib.Path], needed: set[int]
) -> Iterator[tuple[pathlib.Path, int | None]]:
    """Folders of artifacts that are not needed, and folders `<step>/<output>/<number>` that no artifact has."""
    stay = {path for number, path in artifacts.items() if number in needed}
    number_of = {path: number for number, path in artifacts.items()}
    for path in artifact_folders(root):
        if path not in stay:
            yield path, number_of.get(path)


def _old_checkpoints(root: pathlib.Path, since_s: float) -> Iterator[pathlib.Path]:
    """Folders of checkpoints that were last written before a time, in seconds since the epoch."""
    for folder in root.glob("*/*"):
        written = max((path.lstat().st_mtime for path in [folder, *folder.rglob("*")]), default=0.0)
        if folder.is_dir() and written < since_s:
            yield folder
