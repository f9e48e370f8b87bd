"""Finds the artifacts of the newest training in an output folder, by ML Metadata."""

from __future__ import annotations

import pathlib

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration import metadata

from pipeline.pipeline import NAME
from pipeline.tuning import TunedArtifacts
from transforms.errors import DataError

_CANDIDATES = f"{NAME}.Candidates"
_FINISHED = (metadata_store_pb2.Execution.COMPLETE, metadata_store_pb2.Execution.CACHED)
_OUTPUT = metadata_store_pb2.Event.OUTPUT


def find_artifacts(out: pathlib.Path) -> TunedArtifacts:
    """Finds the lists, states and towers of the newest run in `OUT`, and the transformed examples they were built from.

    Args:
        out: output folder of `lookbook run`.

    Raises:
        DataError: no run in the folder has built its candidate lists, or artifacts of it were deleted.
    """
    file = out / "metadata.db"
    runs = _Executions(file, _CANDIDATES) if file.is_file() else None
    if runs is None or runs.newest is None:
        raise DataError(
            f"{out} must hold a training run. Received: no output of Candidates; run `lookbook run` into this folder"
        )
    made = runs.artifacts(runs.newest)
    transformed = runs.artifacts(runs.producer(made["transform_graph"]))
    found = TunedArtifacts(
        transform_graph=pathlib.Path(made["transform_graph"].uri),
        transformed_examples=pathlib.Path(transformed["transformed_examples"].uri),
        lists=pathlib.Path(made["lists"].uri),
        graph=pathlib.Path(made["graph"].uri),
    )
    for path in (found.transform_graph, found.transformed_examples, found.lists, found.graph):
        if not path.is_dir():
            raise DataError(
                f"the artifacts of the run in {out} must exist. Received: no folder {path}; run `lookbook run` again"
            )
    return found


class _Executions:
    """The finished executions of a step, and their artifacts.

    Args:
        file: SQLite file of ML Metadata.
        node: name of the step's node context, `pipeline.step`.
    """

    def __init__(self, file: pathlib.Path, node: str):
        self._store = mlmd.MetadataStore(metadata.sqlite_metadata_connection_config(str(file)))
        context = self._store.get_context_by_type_and_name("node", node)
        executions = self._store.get_executions_by_context(context.id) if context else []
        finished = [execution.id for execution in executions if execution.last_known_state in _FINISHED]
        self.newest = max(finished, default=None)

    def artifacts(self, execution: int) -> dict[str, metadata_store_pb2.Artifact]:
        """Returns the inputs and outputs of an execution by name."""
        events = self._store.get_events_by_execution_ids([execution])
        names = {event.artifact_id: event.path.steps[0].key for event in events}
        return {names[artifact.id]: artifact for artifact in self._store.get_artifacts_by_id(list(names))}

    def producer(self, artifact: metadata_store_pb2.Artifact) -> int:
        """Returns the first execution with an artifact as its output."""
        events = self._store.get_events_by_artifact_ids([artifact.id])
        return min(event.execution_id for event in events if event.type == _OUTPUT)
