"""The runs of an output folder, by ML Metadata, and the end of their log."""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib

from ml_metadata.proto import metadata_store_pb2

from console.artifacts import open_store

LOG = "run.log"
MAX_RUNS = 20
_MAX_LOG_BYTES = 24 * 1024
_STATES = {
    metadata_store_pb2.Execution.RUNNING: "running",
    metadata_store_pb2.Execution.COMPLETE: "done",
    metadata_store_pb2.Execution.CACHED: "cached",
    metadata_store_pb2.Execution.FAILED: "failed",
    metadata_store_pb2.Execution.CANCELED: "cancelled",
}


@dataclasses.dataclass(frozen=True)
class RunStep:
    """A step of a run.

    Attributes:
        name: name of the step.
        state: `done`, `cached`, `running`, `failed`, `cancelled` or `unknown`.
        started: begin, in UTC.
        seconds: duration; until now for a running step.
    """

    name: str
    state: str
    started: datetime.datetime
    seconds: float


@dataclasses.dataclass(frozen=True)
class Run:
    """A run or a refresh.

    Attributes:
        pipeline: name of the pipeline.
        started: begin, in UTC.
        steps: steps in the order of their begin.
    """

    pipeline: str
    started: datetime.datetime
    steps: tuple[RunStep, ...]

    @property
    def seconds(self) -> float:
        """Time from the begin of the first step to the end of the last."""
        if not self.steps:
            return 0.0
        ends = [step.started + datetime.timedelta(seconds=step.seconds) for step in self.steps]
        return (max(ends) - self.steps[0].started).total_seconds()

    @property
    def cached(self) -> int:
        """Number of steps taken from the cache."""
        return sum(step.state == "cached" for step in self.steps)

    @property
    def state(self) -> str:
        """`running` or `failed` if a step is, else `ended`."""
        states = {step.state for step in self.steps}
        return "running" if "running" in states else "failed" if "failed" in states else "ended"

    @property
    def at_work(self) -> RunStep | None:
        """The step that runs; None if none does."""
        return next((step for step in self.steps if step.state == "running"), None)


def read_runs(out: pathlib.Path, now: datetime.datetime) -> list[Run]:
    """The newest `MAX_RUNS` runs, newest first.

    Args:
        out: folder that the pipeline writes to.
        now: time in UTC, for the duration of running steps.
    """
    store = open_store(out)
    if store is None:
        return []
    contexts = sorted(store.get_contexts_by_type("pipeline_run"), key=lambda each: each.id, reverse=True)
    names = {context.id: context.name for context in store.get_contexts_by_type("pipeline")}
    runs = []
    for context in contexts[:MAX_RUNS]:
        steps, pipeline = [], ""
        for execution in sorted(store.get_executions_by_context(context.id), key=lambda each: each.id):
            belongs = store.get_contexts_by_execution(execution.id)
            pipeline = next((each.name for each in belongs if each.id in names), pipeline)
            node = next((each.name for each in belongs if each.type == "node"), execution.type)
            steps.append(_step(node.rpartition(".")[2], execution, now))
        runs.append(Run(pipeline, _moment(context.create_time_since_epoch), tuple(steps)))
    return runs


def log_end(out: pathlib.Path) -> list[str]:
    """The last lines of the log of the runs; none without a log.

    Args:
        out: folder that the pipeline writes to.
    """
    try:
        with (out / LOG).open("rb") as file:
            file.seek(0, os.SEEK_END)
            start = max(file.tell() - _MAX_LOG_BYTES, 0)
            file.seek(start)
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return lines[1:] if start else lines


def log_time(out: pathlib.Path) -> datetime.datetime | None:
    """Time of the last line of the log, in UTC; None without a log.

    Args:
        out: folder that the pipeline writes to.
    """
    try:
        return datetime.datetime.fromtimestamp((out / LOG).stat().st_mtime, datetime.timezone.utc)
    except OSError:
        return None


def _step(name: str, execution: metadata_store_pb2.Execution, now: datetime.datetime) -> RunStep:
    state = _STATES.get(execution.last_known_state, "unknown")
    started = _moment(execution.create_time_since_epoch)
    ended = now if state == "running" else _moment(execution.last_update_time_since_epoch)
    return RunStep(name, state, started, max((ended - started).total_seconds(), 0.0))


def _moment(milliseconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
