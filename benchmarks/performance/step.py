"""A stage in a process of its own: `python -m benchmarks.performance.step SPEC` runs a pipeline up to its last step.

What lies before the stage is found done by TFX's cache; the stage's own steps are run although they were. The report
says what each step took, from its driver to its publisher: what this process spends on its start is not in it.
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

from pipeline.steps import Step, Watcher


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spec:
    """What is to be run.

    Attributes:
        kind: `train` or `refresh`.
        data: folder of the CSVs.
        out: folder of the run.
        preset: of the settings, or None.
        assignments: settings over it.
        steps: of the stage; empty for all there are.
        report: file the report is written to.
        profile: file that is told where the time went, or None.
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
    """What was run.

    Attributes:
        seconds: of each step of the stage.
        ran: steps that the stage follows from and that were not found done.
        counts: rows there are of each kind: `purchases` that train, `lists`, `judged` customers; as far as known.
        outputs: folder of each output of each step, by `step.output`.
    """

    seconds: Mapping[str, float]
    ran: Sequence[str]
    counts: Mapping[str, int]
    outputs: Mapping[str, str]


class _ReachedError(Exception):
    """The stage's last step is done."""


def run_stage(spec: Spec) -> Report:
    """Runs the pipeline up to the stage's last step."""
    from pipeline import run
    from pipeline.config import load_config

    out, done = pathlib.Path(spec.out), dict[str, Step]()
    # A trainer would go on from its checkpoints, and a version that was pushed is a baseline to the next run.
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    if spec.kind == "train":
        shutil.rmtree(out / "serving", ignore_errors=True)

    def ends(step: Step) -> None:
        done[step.name] = step
        if spec.steps and done.keys() >= set(spec.steps):
            raise _ReachedError

    with _only(spec.steps), _profiled(spec, Watcher(ends=ends)) as watcher, contextlib.suppress(_ReachedError):
        execute = {"train": run.run, "refresh": run.refresh}[spec.kind]
        execute(pathlib.Path(spec.data), out, load_config(spec.preset, spec.assignments), watcher)
    return Report(
        seconds={name: step.seconds for name, step in done.items() if name in spec.steps or not spec.steps},
        ran=[name for name, step in done.items() if not step.cached and spec.steps and name not in spec.steps],
        counts=_counts(done),
        outputs={f"{step.name}.{key}": str(folder) for step in done.values() for key, folder in step.outputs.items()},
    )


@contextlib.contextmanager
def _only(steps: Sequence[str]) -> Iterator[None]:
    """Has pipelines compiled to these steps, uncached, and what they follow from; to all there are where none is named.

    TFX's compiler switches the cache for a pipeline alone, its launcher asks for it node by node.
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
def _profiled(spec: Spec, watcher: Watcher) -> Iterator[Watcher]:
    if spec.profile is None:
        yield watcher
        return
    from benchmarks.performance.profiling import Profile

    profile = Profile()

    def starts(name: str, number: int, count: int) -> None:
        if name in spec.steps:
            profile.start()

    def ends(step: Step) -> None:
        profile.stop()
        watcher.ends(step)

    try:
        yield Watcher(starts=starts, ends=ends)
    finally:
        pathlib.Path(spec.profile).write_text(profile.text(), encoding="utf-8")


def _counts(done: Mapping[str, Step]) -> dict[str, int]:
    """Read off what the steps wrote of themselves."""
    counts: dict[str, int] = {}
    for name in ("Features", "CurrentStates"):
        if name in done:
            counts |= json.loads((done[name].outputs["states"] / "counts.json").read_text())
    if "Candidates" in done:
        weeks = json.loads((done["Candidates"].outputs["lists"] / "figures.json").read_text())
        counts["lists"] = sum(week["customers"] for week in weeks.values())
    return counts


def main() -> None:
    """Runs what the argument says."""
    spec = Spec(**json.loads(sys.argv[1]))
    from lookbook.environment import prepare_tensorflow

    prepare_tensorflow()
    logging.basicConfig(level=logging.INFO, force=True)
    pathlib.Path(spec.report).write_text(json.dumps(dataclasses.asdict(run_stage(spec))))


if __name__ == "__main__":
    main()
