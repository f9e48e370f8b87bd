"""Finds the outputs of the steps of the newest run in an output folder, by ML Metadata."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration import metadata

METADATA_FILE = "metadata.db"
_FINISHED = (metadata_store_pb2.Execution.COMPLETE, metadata_store_pb2.Execution.CACHED)


@dataclasses.dataclass(frozen=True)
class RunOutputs:
    """The finished steps of a run.

    Attributes:
        pipeline: name of the pipeline.
        outputs: folder by output, by step.
    """

    pipeline: str
    outputs: Mapping[str, Mapping[str, pathlib.Path]]


def find_outputs(out: pathlib.Path) -> RunOutputs | None:
    """Finds the outputs of the newest run, finished or not; None if there was no run.

    Args:
        out: output folder of `lookbook run`.
    """
    file = out / METADATA_FILE
    if not file.is_file():
        return None
    store = mlmd.MetadataStore(metadata.sqlite_metadata_connection_config(str(file)))
    runs = store.get_contexts_by_type("pipeline_run")
    if not runs:
        return None
    return outputs_of(store, max(run.id for run in runs))


def outputs_of(store: mlmd.MetadataStore, run: int) -> RunOutputs:
    """Finds the outputs of a run, finished or not.

    Args:
        store: the metadata.
        run: id of the run's context.
    """
    found: dict[str, dict[str, pathlib.Path]] = {}
    pipeline = ""
    for execution in sorted(store.get_executions_by_context(run), key=lambda execution: execution.id):
        contexts = {context.type: context.name for context in store.get_contexts_by_execution(execution.id)}
        pipeline = contexts.get("pipeline", pipeline)
        if execution.last_known_state in _FINISHED:
            found[contexts["node"].rpartition(".")[2]] = _outputs(store, execution.id)
    return RunOutputs(pipeline, found)


def _outputs(store: mlmd.MetadataStore, execution: int) -> dict[str, pathlib.Path]:
    events = store.get_events_by_execution_ids([execution])
    names = {
        event.artifact_id: event.path.steps[0].key for event in events if event.type == metadata_store_pb2.Event.OUTPUT
    }
    return {names[artifact.id]: pathlib.Path(artifact.uri) for artifact in store.get_artifacts_by_id(list(names))}
