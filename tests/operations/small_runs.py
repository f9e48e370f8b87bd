"""Runs of three small steps with the names of the pipeline's: `Ingest`, `Push` and `Report`."""

import json
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.types import standard_artifacts

from pipeline.local import run_locally
from pipeline.pipeline import NAME


@component
def Ingest(word: Parameter[str], tables: OutputArtifact[standard_artifacts.Examples]) -> None:
    _write(tables.uri, word)


@component
def Push(
    custom_config: Parameter[str],
    tables: InputArtifact[standard_artifacts.Examples],
    pushed_model: OutputArtifact[standard_artifacts.Model],
) -> None:
    del custom_config
    _write(pushed_model.uri, (pathlib.Path(tables.uri) / "word").read_text() * 2)


@component
def Report(
    fail: Parameter[int],
    pushed_model: InputArtifact[standard_artifacts.Model],
    report: OutputArtifact[standard_artifacts.Model],
) -> None:
    if fail:
        raise ValueError("the step must fail")
    _write(report.uri, (pathlib.Path(pushed_model.uri) / "word").read_text() * 2)


def _write(folder: str, word: str) -> None:
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    (pathlib.Path(folder) / "word").write_text(word)


def run(out: pathlib.Path, word: str, *, name: str = NAME, fail: bool = False):
    """Runs the three steps on a word, which is also the run's key; returns the steps by name."""
    ingest = Ingest(word=word)
    push = Push(custom_config=json.dumps({"run_key": word}), tables=ingest.outputs["tables"])
    report = Report(fail=int(fail), pushed_model=push.outputs["pushed_model"])
    steps = [ingest, push, report]
    pipeline = tfx_pipeline.Pipeline(
        pipeline_name=name, pipeline_root=str(out / "pipeline"), components=steps, enable_cache=True
    )
    return run_locally(pipeline, out / "metadata.db")
