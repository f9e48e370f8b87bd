"""Three steps in a row that log each run; the second can fail on demand."""

import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.types import standard_artifacts


@component
def First(log: Parameter[str], word: Parameter[str], made: OutputArtifact[standard_artifacts.Examples]) -> None:
    _ran(log, "First")
    pathlib.Path(made.uri).mkdir(parents=True, exist_ok=True)
    (pathlib.Path(made.uri) / "word").write_text(word)


@component
def Second(
    log: Parameter[str],
    fail: Parameter[int],
    got: InputArtifact[standard_artifacts.Examples],
    made: OutputArtifact[standard_artifacts.Model],
) -> None:
    _ran(log, "Second")
    if fail:
        raise ValueError("the step must fail")
    pathlib.Path(made.uri).mkdir(parents=True, exist_ok=True)
    (pathlib.Path(made.uri) / "word").write_text((pathlib.Path(got.uri) / "word").read_text() * 2)


@component
def Third(log: Parameter[str], got: InputArtifact[standard_artifacts.Model]) -> None:
    del got
    _ran(log, "Third")


def _ran(log: str, name: str) -> None:
    with pathlib.Path(log).open("a") as lines:
        lines.write(f"{name}\n")


def three_steps(folder: pathlib.Path, word: str = "ho", fail: bool = False) -> tfx_pipeline.Pipeline:
    """First, Second and Third; each writes its name to `folder/log`."""
    log = str(folder / "log")
    first = First(log=log, word=word)
    second = Second(log=log, fail=int(fail), got=first.outputs["made"])
    third = Third(log=log, got=second.outputs["made"])
    return tfx_pipeline.Pipeline(
        pipeline_name="three", pipeline_root=str(folder / "root"), components=[first, second, third], enable_cache=True
    )


def two_steps(log: str) -> tfx_pipeline.Pipeline:
    """First and Second, for a runner that sets the paths; each writes its name to `log`."""
    first = First(log=log, word="ho")
    second = Second(log=log, fail=0, got=first.outputs["made"])
    return tfx_pipeline.Pipeline(pipeline_name="two", pipeline_root="", components=[first, second])
