"""Runs a pipeline on this machine, step by step."""

import contextlib
import datetime
import pathlib
import tempfile
import time
from collections.abc import Iterator

import ml_metadata as mlmd
from ml_metadata.proto import metadata_store_pb2
from tfx.dsl.compiler import compiler, constants
from tfx.orchestration import metadata
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.orchestration.local import runner_utils
from tfx.orchestration.portable import launcher, runtime_parameter_utils

from pipeline.causes import explain, one_line
from pipeline.memory import release
from pipeline.step_callbacks import Step, StepCallbacks
from transforms.errors import LookbookError, StepError

_DONE = (metadata_store_pb2.Execution.COMPLETE, metadata_store_pb2.Execution.CACHED)
_BRIEF_S = 2.0  # freeing memory takes half a second, so brief steps skip it


def run_locally(
    pipeline: tfx_pipeline.Pipeline, metadata_file: pathlib.Path, callbacks: StepCallbacks | None = None
) -> dict[str, Step]:
    """Runs every step that is not cached, in order.

    Works like TFX's LocalDagRunner, but times each step and reports it to callbacks.

    Args:
        pipeline: the pipeline.
        metadata_file: SQLite file of ML Metadata, created if it does not exist.
        callbacks: called for each step.

    Returns:
        The steps by name.

    Raises:
        LookbookError: a step found wrong data or did not find its inputs. Later steps do not run.
        StepError: a step failed with a library's error, which is its `__cause__`.
    """
    callbacks = callbacks or StepCallbacks()
    connection = metadata.sqlite_metadata_connection_config(str(metadata_file))
    pipeline.metadata_connection_config = connection
    compiled = compiler.Compiler().compile(pipeline)
    run_id = datetime.datetime.now().isoformat()
    runtime_parameter_utils.substitute_runtime_parameter(compiled, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id})
    deployment = runner_utils.extract_local_deployment_config(compiled)
    steps = {}
    for number, node in enumerate(compiled.nodes, 1):
        name = node.pipeline_node.node_info.id
        callbacks.on_start(name, number, len(compiled.nodes))
        started = time.monotonic()
        with _explained(name, metadata_file.parent):
            execution = launcher.Launcher(
                pipeline_node=node.pipeline_node,
                mlmd_connection=metadata.Metadata(connection),
                pipeline_info=compiled.pipeline_info,
                pipeline_runtime_spec=compiled.runtime_spec,
                executor_spec=runner_utils.extract_executor_spec(deployment, name),
                custom_driver_spec=runner_utils.extract_custom_driver_spec(deployment, name),
            ).launch()
            steps[name] = _step(name, execution.execution_id, connection, metadata_file, time.monotonic() - started)
        callbacks.on_finish(steps[name])
        if steps[name].seconds > _BRIEF_S:
            release(name)
    return steps


@contextlib.contextmanager
def _explained(name: str, out: pathlib.Path) -> Iterator[None]:
    """Converts a library's error into one line with the step, the cause and the remedy."""
    try:
        yield
    except LookbookError:
        raise
    except Exception as error:  # libraries may raise any exception; its traceback goes to the log
        cause = explain(error, (out, pathlib.Path(tempfile.gettempdir())))
        if cause is None:
            cause = f"{one_line(error)}; the traceback is in {out / 'run.log'}, and --debug shows it"
        raise StepError(f"step {name} failed: {cause}") from error


def _step(name: str, execution_id: int, connection, metadata_file: pathlib.Path, seconds: float) -> Step:
    store = mlmd.MetadataStore(connection)
    (execution,) = store.get_executions_by_id([execution_id])
    if execution.last_known_state not in _DONE:
        # TFX's launcher only logs that inputs are missing.
        raise LookbookError(
            f"step {name} must find its inputs in {metadata_file}. It did not: the metadata are of an older version of "
            "Lookbook or were changed. Delete that file, or choose another --out."
        )
    events = store.get_events_by_execution_ids([execution_id])
    output_names = {
        event.artifact_id: event.path.steps[0].key for event in events if event.type == metadata_store_pb2.Event.OUTPUT
    }
    artifacts = store.get_artifacts_by_id(list(output_names))
    outputs = {output_names[artifact.id]: pathlib.Path(artifact.uri) for artifact in artifacts}
    cached = execution.last_known_state == metadata_store_pb2.Execution.CACHED
    return Step(name=name, cached=cached, seconds=seconds, outputs=outputs)
