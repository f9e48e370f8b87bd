"""Runs the pipeline on this machine, with TFX's local runner and Beam's in-process one."""

import pathlib

from tfx.orchestration import metadata
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.orchestration.local.local_dag_runner import LocalDagRunner

BEAM_ARGS = ("--runner=apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner",)


def run_locally(pipeline: tfx_pipeline.Pipeline, metadata_file: pathlib.Path) -> None:
    """Runs every step that is not cached.

    Args:
        pipeline: wired.
        metadata_file: SQLite file of ML Metadata, made if need be.
    """
    pipeline.metadata_connection_config = metadata.sqlite_metadata_connection_config(str(metadata_file))
    LocalDagRunner().run(pipeline)
