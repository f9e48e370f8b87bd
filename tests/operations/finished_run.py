"""The output folder of a finished run on the tiny shop: the artifacts that a tuning reads, recorded in ML Metadata."""

import pathlib
import shutil

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.types import standard_artifacts

from pipeline.local import run_locally
from pipeline.pipeline import NAME


@component
def Transform(
    source: Parameter[str],
    transform_graph: OutputArtifact[standard_artifacts.TransformGraph],
    transformed_examples: OutputArtifact[standard_artifacts.Examples],
) -> None:
    folder = pathlib.Path(source)
    shutil.copytree(folder / "graph", transform_graph.uri, dirs_exist_ok=True)
    shutil.copytree(folder / "transformed", transformed_examples.uri, dirs_exist_ok=True)


@component
def Candidates(
    states: Parameter[str],
    trained: Parameter[str],
    transform_graph: InputArtifact[standard_artifacts.TransformGraph],
    lists: OutputArtifact[standard_artifacts.Examples],
    graph: OutputArtifact[standard_artifacts.Model],
) -> None:
    del transform_graph
    shutil.copytree(pathlib.Path(trained) / "lists", lists.uri, dirs_exist_ok=True)
    to = pathlib.Path(graph.uri) / "Format-Serving"
    shutil.copytree(states, to / "states")
    shutil.copytree(pathlib.Path(trained) / "towers", to / "towers")


def write_run(
    out: pathlib.Path, states: pathlib.Path, transformed: pathlib.Path, trained: pathlib.Path
) -> dict[str, dict[str, pathlib.Path]]:
    """Runs both steps with the output of the tiny shop; returns the folders of their outputs by step and name."""
    out.mkdir(exist_ok=True)
    transform = Transform(source=str(transformed))
    candidates = Candidates(
        states=str(states), trained=str(trained), transform_graph=transform.outputs["transform_graph"]
    )
    steps = run_locally(
        tfx_pipeline.Pipeline(
            pipeline_name=NAME,
            pipeline_root=str(out / "pipeline"),
            components=[transform, candidates],
            enable_cache=True,
        ),
        out / "metadata.db",
    )
    return {name: step.outputs for name, step in steps.items()}
