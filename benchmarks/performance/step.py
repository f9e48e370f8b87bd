"""Runs a stage in a process of its own: `python -m benchmarks.performance.step SPEC` runs a pipeline up to the stage.

Earlier steps come from TFX's cache; the steps of the stage run without the cache. The report has the seconds of each
step from its driver to its publisher, without the start of the process.
"""

import contextlib
import dataclasses
import json
import logging
import pathlib
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from unittest import mock

from pipeline.step_callbacks import Step, StepCallbacks


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spec:
    """Arguments of a stage.

    Attributes:
        kind: `train` or `refresh`.
        data: folder of the CSVs.
        out: folder of the run.
        preset: preset of the settings, or None.
        assignments: settings that override the preset.
        steps: steps of the stage; empty for all steps.
        report: file of the report.
        profile: file of the profile, or None.
    """

    kind: str
    data: str
    out: str
    preset: str | None
    assignments: Sequence[str]
    steps: Sequence[str]
    report: str
    profile: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report:
    """Results of a stage.

    Attributes:
        seconds: seconds of each step of the stage.
        ran: earlier steps that were not cached.
        counts: number of rows of each known kind: `purchases` for training, `lists`, `judged` customers.
        outputs: folder of each output, by `step.output`.
    """

    seconds: Mapping[str, float]
    ran: Sequence[str]
    counts: Mapping[str, int]
    outputs: Mapping[str, str]


class _ReachedError(Exception):
    """The last step of the stage is done."""


def run_stage(spec: Spec) -> Report:
    """Runs the pipeline up to the last step of the stage."""
    from pipeline import run
    from pipeline.config import load_config

    out, done = pathlib.Path(spec.out), dict[str, Step]()
    # Deleted, because a trainer resumes from checkpoints, and a pushed version is the baseline of the next run.
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    if spec.kind == "train":
        shutil.rmtree(out / "serving", ignore_errors=True)

    def on_finish(step: Step) -> None:
        done[step.name] = step
        if spec.steps and done.keys() >= set(spec.steps):
            raise _ReachedError

    finish = StepCallbacks(on_finish=on_finish)
    with _only(spec.steps), _profiled(spec, finish) as callbacks, contextlib.suppress(_ReachedError):
        execute = {"train": run.run, "refresh": run.refresh}[spec.kind]
        execute(pathlib.Path(spec.data), out, load_config(spec.preset, spec.assignments), callbacks)
    return Report(
        seconds={name: step.seconds for name, step in done.items() if name in spec.steps or not spec.steps},
        ran=[name for name, step in done.items() if not step.cached and spec.steps and name not in spec.steps],
        counts=_counts(done),
        outputs={f"{step.name}.{key}": str(folder) for step in done.values() for key, folder in step.outputs.items()},
    )


@contextlib.contextmanager
def _only(steps: Sequence[str]) -> Iterator[None]:
    """Makes pipelines compile to some steps without the cache and the steps that they depend on; by default to all.

    TFX's compiler sets the cache for a whole pipeline, but its launcher reads it for each node.
    """
    from tfx.dsl.compiler import compiler

    compile_pipeline = compiler.Compiler.compile

    def compile_some(self, pipeline):
        compiled = compile_pipeline(self, pipeline)
        needed = set(steps) or {node.pipeline_node.node_info.id for node in compiled.nodes}
        for i in reversed(range(len(compiled.nodes))):
            node = compiled.nodes[i].pipeline_node
            if node.node_info.id not in needed:
                del compiled.nodes[i]
                continue
            needed |= set(node.upstream_nodes)
            if not steps or node.node_info.id in steps:
                node.execution_options.caching_options.enable_cache = False
        return compiled

    with mock.patch.object(compiler.Compiler, "compile", compile_some):
        yield


@contextlib.contextmanager
def _profiled(spec: Spec, callbacks: StepCallbacks) -> Iterator[StepCallbacks]:
    if spec.profile is None:
        yield callbacks
        return
    from benchmarks.performance.profiling import Profile

    profile = Profile()

    def on_start(name: str, number: int, count: int) -> None:
        if name in spec.steps:
            profile.start()

    def on_finish(step: Step) -> None:
        profile.stop()
        callbacks.on_finish(step)

    try:
        yield StepCallbacks(on_start=on_start, on_finish=on_finish)
    finally:
        pathlib.Path(spec.profile).write_text(profile.text(), encoding="utf-8")


def _counts(done: Mapping[str, Step]) -> dict[str, int]:
    """Reads counts from the outputs of the steps."""
    counts: dict[str, int] = {}
    for name in ("Features", "CurrentStates"):
        if name in done:
            counts |= json.loads((done[name].outputs["states"] / "counts.json").read_text())
    if "Candidates" in done:
        weeks = json.loads((done["Candidates"].outputs["lists"] / "figures.json").read_text())
        counts["lists"] = sum(week["customers"] for week in weeks.values())
    return counts


def main() -> None:
    """Runs the stage of the argument."""
    spec = Spec(**json.loads(sys.argv[1]))
    from lookbook.environment import prepare_tensorflow

    prepare_tensorflow()
    logging.basicConfig(level=logging.INFO, force=True)
    pathlib.Path(spec.report).write_text(json.dumps(dataclasses.asdict(run_stage(spec))))


if __name__ == "__main__":
    main()
