"""The runs that ML Metadata records in an output folder, with the artifacts that they used."""

from __future__ import annotations

import dataclasses
import json
import pathlib

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration import metadata

from components.model_files import RUN_KEY
from pipeline.run_outputs import METADATA_FILE
from transforms.errors import DataError

LAST_STEP, PUSH = "Report", "Push"
_FINISHED = (metadata_store_pb2.Execution.COMPLETE, metadata_store_pb2.Execution.CACHED)
_DELETED = metadata_store_pb2.Artifact.DELETED


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecordedRun:
    """A run or a refresh.

    Attributes:
        number: id of the run's context; later runs have higher ids.
        pipeline: name of the pipeline.
        started_s: begin, in seconds since the epoch.
        complete: whether its last step finished.
        run_key: key of the run, which a version that it pushed has too; None if the run did not get to its push.
        artifacts: ids of the inputs and outputs of its steps.
    """

    number: int
    pipeline: str
    started_s: float
    complete: bool
    run_key: str | None
    artifacts: frozenset[int]


def open_store(out: pathlib.Path) -> mlmd.MetadataStore:
    """Opens the metadata of an output folder.

    Args:
        out: output folder of `lookbook run`.

    Raises:
        DataError: there was no run in the folder.
    """
    file = out / METADATA_FILE
    if not file.is_file():
        raise DataError(f"--out must hold a run. Received: no {file}; give the folder of a run")
    return mlmd.MetadataStore(metadata.sqlite_metadata_connection_config(str(file)))


def read_runs(store: mlmd.MetadataStore) -> list[RecordedRun]:
    """Reads all runs, oldest first."""
    runs = sorted(store.get_contexts_by_type("pipeline_run"), key=lambda run: run.id)
    return [_read_run(store, run) for run in runs]


def artifacts_in(store: mlmd.MetadataStore, folder: pathlib.Path) -> dict[int, pathlib.Path]:
    """The folders of the artifacts below `folder` that are not marked as deleted, by id."""
    paths = {each.id: pathlib.Path(each.uri) for each in store.get_artifacts() if each.state != _DELETED}
    return {number: path for number, path in paths.items() if path.is_relative_to(folder)}


def setting_of(store: mlmd.MetadataStore, run: int, step: str) -> str:
    """The parameter `settings` of a step of a run, as JSON.

    Args:
        store: the metadata.
        run: number of the run.
        step: id of the step.

    Raises:
        DataError: the run has no such step.
    """
    for execution in store.get_executions_by_context(run):
        nodes = [each.name for each in store.get_contexts_by_execution(execution.id) if each.type == "node"]
        if nodes and nodes[0].rpartition(".")[2] == step:
            return execution.custom_properties["settings"].string_value
    raise DataError(f"the run must have a step {step}. Received: none in its metadata; run `lookbook run` again")


def mark_deleted(store: mlmd.MetadataStore, numbers: set[int]) -> None:
    """Marks artifacts as deleted, so that TFX does not take them from its cache.

    Args:
        store: the metadata.
        numbers: ids of the artifacts.
    """
    artifacts = store.get_artifacts_by_id(sorted(numbers))
    for artifact in artifacts:
        artifact.state = _DELETED
    if artifacts:
        store.put_artifacts(artifacts)


def _read_run(store: mlmd.MetadataStore, run: metadata_store_pb2.Context) -> RecordedRun:
    executions = store.get_executions_by_context(run.id)
    pipeline, complete, run_key = "", False, None
    for execution in executions:
        contexts = {context.type: context.name for context in store.get_contexts_by_execution(execution.id)}
        pipeline = contexts.get("pipeline", pipeline)
        step = contexts.get("node", "").rpartition(".")[2]
        if execution.last_known_state not in _FINISHED:
            continue
        complete = complete or step == LAST_STEP
        if step == PUSH:
            run_key = json.loads(execution.custom_properties["custom_config"].string_value or "{}").get(RUN_KEY)
    events = store.get_events_by_execution_ids([execution.id for execution in executions]) if executions else []
    return RecordedRun(
        number=run.id,
        pipeline=pipeline,
        started_s=run.create_time_since_epoch / 1000,
        complete=complete,
        run_key=run_key,
        artifacts=frozenset(event.artifact_id for event in events),
    )
