"""Runs a compiled pipeline on this machine: each task's own container command, in a process of its own.

What Kubeflow has around a container stands in here. The driver: it resolves parameters and tells a task what its
inputs are, leaving their types empty, as Kubeflow's does. The launcher: the artifacts' addresses are in a bucket,
their local copies in `OUT/buckets`, where `kubeflow.step` is told to find them. The volume: `OUT` itself is what is
mounted. The image: this Python. Neither limits of resources nor Kubeflow's cache nor its queue are here; tasks run
one after the other.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import transforms
from kubeflow.compiled import CompiledPipeline, Task
from kubeflow.config import IMAGE_SCHEMAS
from kubeflow.step import BUCKETS, local_path
from pipeline.steps import Step, Watcher
from transforms.errors import ConfigError, LookbookError

DEFAULT_ROOT = "minio://mlpipeline/v2/artifacts"  # where Kubeflow puts artifacts unless told otherwise
LAST_LINES = 15
_SCHEMAS = pathlib.Path(transforms.__file__).parent / "schemas"


@dataclasses.dataclass(frozen=True)
class Artifact:
    """What a task made.

    Attributes:
        uri: its address.
        metadata: what the task said of it.
        folder: its local copy.
    """

    uri: str
    metadata: Mapping[str, Any]
    folder: pathlib.Path


class TaskError(LookbookError):
    """A task failed in all its attempts; those behind it were not run."""


def run_compiled(
    compiled: CompiledPipeline,
    parameters: Mapping[str, Any],
    out: pathlib.Path,
    *,
    watcher: Watcher | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[tuple[str, str], Artifact]:
    """Runs every task in the order of their dependencies.

    A task that fails is tried again as often as its policy says. Those behind it are then not run; others are.

    Args:
        compiled: the pipeline.
        parameters: of the run; those left out have their defaults.
        out: stands for the mounted volume; `buckets/` (artifacts), `tasks/<name>/` (`log.txt`, what it was told and
            said) go there too.
        watcher: told of each task.
        sleep: waits between attempts, seconds.

    Returns:
        What was made, by task and output.

    Raises:
        ConfigError: a parameter is unknown, or one without a default is missing.
        TaskError: a task failed; the message has its log's last lines.
    """
    run = _Run(compiled, parameters, out.resolve(), sleep)
    watcher = watcher or Watcher()
    failures: dict[str, str] = {}
    skipped: list[str] = []
    for number, task in enumerate(compiled.tasks, 1):
        if task.waits_for & (failures.keys() | set(skipped)):
            skipped.append(task.name)
            continue
        watcher.starts(task.name, number, len(compiled.tasks))
        started = time.monotonic()
        failure = run.task(task)
        if failure:
            failures[task.name] = failure
            continue
        outputs = {key: run.made[task.name, key].folder for key in task.outputs}
        watcher.ends(Step(name=task.name, cached=False, seconds=time.monotonic() - started, outputs=outputs))
    if failures:
        not_run = f"not run: {', '.join(skipped)}\n" if skipped else ""
        raise TaskError("\n".join(failures.values()) + "\n" + not_run.rstrip())
    return run.made


class _Run:
    def __init__(
        self,
        compiled: CompiledPipeline,
        parameters: Mapping[str, Any],
        out: pathlib.Path,
        sleep: Callable[[float], None],
    ):
        unknown = sorted(parameters.keys() - compiled.parameters.keys())
        if unknown:
            known = ", ".join(compiled.parameters) or "none"
            raise ConfigError(f"parameters of the pipeline {compiled.name} are {known}; received {', '.join(unknown)}")
        self.out, self.sleep = out, sleep
        self.made: dict[tuple[str, str], Artifact] = {}
        self.places = {**{mount: str(out) for mount in compiled.mount_paths}, IMAGE_SCHEMAS: str(_SCHEMAS)}
        defaults = {name: self.here(value) for name, value in compiled.parameters.items()}
        self.parameters = {**defaults, **parameters}
        missing = [name for name, value in self.parameters.items() if value is None]
        if missing:
            raise ConfigError(f"the pipeline {compiled.name} must be given {', '.join(missing)}")
        self.root = f"{(compiled.root or DEFAULT_ROOT).rstrip('/')}/{compiled.name}/{_now()}"
        self.buckets = out / "buckets"

    def here(self, value: Any) -> Any:
        """A value with the places of the cluster replaced by those of this machine."""
        if isinstance(value, str):
            for place, folder in self.places.items():
                value = value.replace(f"{place}/", f"{folder}/")
                value = folder if value == place else value
        return value

    def task(self, task: Task) -> str | None:
        """Runs one task, again if it may; returns why it failed, or None."""
        folder = self.out / "tasks" / task.name
        folder.mkdir(parents=True, exist_ok=True)
        output_file = folder / "output.json"
        told = self.executor_input(task, output_file)
        (folder / "input.json").write_text(json.dumps(told, indent=1))
        command = [self.here(part).replace("{{$}}", json.dumps(told)) for part in task.command]
        # The image's `python` is the one that runs this.
        path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        environment = {**os.environ, "PATH": path, BUCKETS: str(self.buckets)}
        wait_s = task.backoff_s
        for attempt in range(task.retries + 1):
            if attempt:
                self.sleep(min(wait_s, task.backoff_most_s))
                wait_s *= task.backoff_factor
            output_file.unlink(missing_ok=True)
            with (folder / "log.txt").open("w") as log:
                code = subprocess.run(command, stdout=log, stderr=log, env=environment, check=False).returncode
            if code == 0:
                self.take(task, told, output_file)
                return None
        lines = (folder / "log.txt").read_text(errors="replace").splitlines()[-LAST_LINES:]
        often = f" in each of {task.retries + 1} attempts" if task.retries else ""
        return "\n".join([f"task {task.name} failed{often}, exit code {code}; {folder / 'log.txt'} ends:", *lines])

    def executor_input(self, task: Task, output_file: pathlib.Path) -> dict[str, Any]:
        """What Kubeflow's driver tells a task."""
        values = {name: self.here(value) for name, value in task.constants.items()}
        values.update({name: self.parameters[given] for name, given in task.from_run.items()})
        inputs = {}
        for number, (name, source) in enumerate(task.artifacts.items(), 1):
            made = self.made[source]
            # The driver of Kubeflow leaves the type of an input empty.
            told = {"name": str(number), "uri": made.uri, "metadata": made.metadata, "type": {"instanceSchema": ""}}
            inputs[name] = {"artifacts": [told]}
        outputs = {
            name: {"artifacts": [{"name": name, "uri": f"{self.root}/{task.name}/{name}", "type": dict(kind)}]}
            for name, kind in task.outputs.items()
        }
        return {
            "inputs": {"artifacts": inputs, "parameterValues": values},
            "outputs": {"artifacts": outputs, "outputFile": str(output_file)},
        }

    def take(self, task: Task, told: Mapping[str, Any], output_file: pathlib.Path) -> None:
        """Keeps what a task said of its outputs; of those it was silent about, the address it was told."""
        said = json.loads(output_file.read_text()).get("artifacts", {}) if output_file.exists() else {}
        for name in task.outputs:
            (artifact,) = said.get(name, told["outputs"]["artifacts"][name])["artifacts"][:1]
            folder = local_path(artifact["uri"], self.buckets) or artifact["uri"]
            self.made[task.name, name] = Artifact(artifact["uri"], artifact.get("metadata", {}), pathlib.Path(folder))


def _now() -> str:
    return datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
