"""Runs a compiled pipeline on this machine: the container command of each task, in a process of its own.

This module replaces the parts of Kubeflow around a container:

- The driver, which resolves parameters and passes inputs to a task, without their types, like Kubeflow's driver.
- The launcher. Artifacts have addresses in a bucket, and local copies in `OUT/buckets`, where `kubeflow.step` finds
  them.
- The volume, which is `OUT`.
- The image, which is this Python environment.

There are no resource limits, no cache and no queue. Tasks run one after the other.
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

from kubeflow.compiled import CompiledPipeline, Task
from kubeflow.config import IMAGE_SCHEMAS
from kubeflow.step import BUCKETS, local_path
from pipeline.step_callbacks import Step, StepCallbacks
from transforms.errors import ConfigError, LookbookError
from transforms.schemas import SCHEMAS

DEFAULT_ROOT = "minio://mlpipeline/v2/artifacts"  # Kubeflow's default root
LAST_LOG_LINES = 15


@dataclasses.dataclass(frozen=True)
class Artifact:
    """An output of a task.

    Attributes:
        uri: address of the artifact.
        metadata: metadata that the task reported.
        folder: local copy of the artifact.
    """

    uri: str
    metadata: Mapping[str, Any]
    folder: pathlib.Path


class TaskError(LookbookError):
    """A task failed in all its attempts. Tasks that depend on it were not run."""


def run_compiled(
    compiled: CompiledPipeline,
    parameters: Mapping[str, Any],
    out: pathlib.Path,
    *,
    callbacks: StepCallbacks | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[tuple[str, str], Artifact]:
    """Runs all tasks in the order of their dependencies.

    Retries a failed task according to its retry policy. If it still fails, the tasks that depend on it are not run;
    other tasks are.

    Args:
        compiled: the pipeline.
        parameters: parameters of the run; others have their defaults.
        out: replaces the mounted volume. Also receives `buckets/` (artifacts) and `tasks/<name>/` (`log.txt`, input and
            output of the task).
        callbacks: called for each task.
        sleep: sleeps between attempts, for a number of seconds.

    Returns:
        The artifacts by task and output.

    Raises:
        ConfigError: a parameter is unknown, or one without a default is missing.
        TaskError: a task failed. The message has the last lines of its log.
    """
    run = _Run(compiled, parameters, out.resolve(), sleep)
    callbacks = callbacks or StepCallbacks()
    failures: dict[str, str] = {}
    skipped: list[str] = []
    for number, task in enumerate(compiled.tasks, 1):
        if task.waits_for & (failures.keys() | set(skipped)):
            skipped.append(task.name)
            continue
        callbacks.on_start(task.name, number, len(compiled.tasks))
        started = time.monotonic()
        failure = run.task(task)
        if failure:
            failures[task.name] = failure
            continue
        outputs = {key: run.artifacts[task.name, key].folder for key in task.outputs}
        callbacks.on_finish(Step(name=task.name, cached=False, seconds=time.monotonic() - started, outputs=outputs))
    if failures:
        not_run = f"not run: {', '.join(skipped)}\n" if skipped else ""
        raise TaskError("\n".join(failures.values()) + "\n" + not_run.rstrip())
    return run.artifacts


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
            raise ConfigError(f"parameters of the pipeline {compiled.name} are {known}. Received: {', '.join(unknown)}")
        self.out, self.sleep = out, sleep
        self.artifacts: dict[tuple[str, str], Artifact] = {}
        self.local_paths = {**{mount: str(out) for mount in compiled.mount_paths}, IMAGE_SCHEMAS: str(SCHEMAS)}
        defaults = {name: self.localized(value) for name, value in compiled.parameters.items()}
        self.parameters = {**defaults, **parameters}
        missing = [name for name, value in self.parameters.items() if value is None]
        if missing:
            raise ConfigError(
                f"the pipeline {compiled.name} must be given {', '.join(missing)}; add --parameter NAME=VALUE"
            )
        now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        self.root = f"{(compiled.root or DEFAULT_ROOT).rstrip('/')}/{compiled.name}/{now}"
        self.buckets = out / "buckets"

    def localized(self, value: Any) -> Any:
        """A value with paths of the cluster replaced by paths of this machine."""
        if isinstance(value, str):
            for path, folder in self.local_paths.items():
                value = value.replace(f"{path}/", f"{folder}/")
                value = folder if value == path else value
        return value

    def task(self, task: Task) -> str | None:
        """Runs one task with its retries. Returns the reason of a failure, or None."""
        folder = self.out / "tasks" / task.name
        folder.mkdir(parents=True, exist_ok=True)
        output_file = folder / "output.json"
        executor_input = self.executor_input(task, output_file)
        (folder / "input.json").write_text(json.dumps(executor_input, indent=1))
        command = [self.localized(part).replace("{{$}}", json.dumps(executor_input)) for part in task.command]
        # `python` in the image is the interpreter of this process.
        path = os.pathsep.join([str(pathlib.Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        environment = {**os.environ, "PATH": path, BUCKETS: str(self.buckets)}
        wait_s = task.backoff_s
        for attempt in range(task.retries + 1):
            if attempt:
                self.sleep(min(wait_s, task.max_backoff_s))
                wait_s *= task.backoff_factor
            output_file.unlink(missing_ok=True)
            with (folder / "log.txt").open("w") as log:
                code = subprocess.run(command, stdout=log, stderr=log, env=environment, check=False).returncode
            if code == 0:
                self.record_outputs(task, executor_input, output_file)
                return None
        lines = (folder / "log.txt").read_text(errors="replace").splitlines()[-LAST_LOG_LINES:]
        attempts = f" in each of {task.retries + 1} attempts" if task.retries else ""
        return "\n".join([f"task {task.name} failed{attempts}, exit code {code}; {folder / 'log.txt'} ends:", *lines])

    def executor_input(self, task: Task, output_file: pathlib.Path) -> dict[str, Any]:
        """The input that Kubeflow's driver passes to a task."""
        values = {name: self.localized(value) for name, value in task.constants.items()}
        values.update({name: self.parameters[source] for name, source in task.from_run.items()})
        inputs = {}
        for number, (name, source) in enumerate(task.artifacts.items(), 1):
            made = self.artifacts[source]
            # Kubeflow's driver leaves the type of an input empty.
            artifact = {"name": str(number), "uri": made.uri, "metadata": made.metadata, "type": {"instanceSchema": ""}}
            inputs[name] = {"artifacts": [artifact]}
        outputs = {
            name: {"artifacts": [{"name": name, "uri": f"{self.root}/{task.name}/{name}", "type": dict(kind)}]}
            for name, kind in task.outputs.items()
        }
        return {
            "inputs": {"artifacts": inputs, "parameterValues": values},
            "outputs": {"artifacts": outputs, "outputFile": str(output_file)},
        }

    def record_outputs(self, task: Task, executor_input: Mapping[str, Any], output_file: pathlib.Path) -> None:
        """Records the outputs that a task reported; other outputs have the address of the executor input."""
        reported = json.loads(output_file.read_text()).get("artifacts", {}) if output_file.exists() else {}
        for name in task.outputs:
            (artifact,) = reported.get(name, executor_input["outputs"]["artifacts"][name])["artifacts"][:1]
            folder = pathlib.Path(local_path(artifact["uri"], self.buckets) or artifact["uri"])
            self.artifacts[task.name, name] = Artifact(artifact["uri"], artifact.get("metadata", {}), folder)
