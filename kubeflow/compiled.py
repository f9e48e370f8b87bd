"""Reads a compiled pipeline from its file: the tasks, their commands, inputs and dependencies.

Only the file is read, not the Python code that was compiled.
"""

from __future__ import annotations

import dataclasses
import graphlib
import pathlib
from collections.abc import Mapping
from typing import Any

import yaml

from transforms.errors import LookbookError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One task.

    Attributes:
        name: name in the file.
        command: command of its container with arguments; `{{$}}` stands for the executor input.
        constants: constant parameters by name.
        from_run: the run's parameter for each of the task's parameters that takes one.
        artifacts: producing task and its output for each input.
        outputs: artifact type of each output.
        waits_for: tasks that must be done first.
        retries: number of further attempts after a failure.
        backoff_s: seconds before the first further attempt.
        backoff_factor: factor by which the wait grows with each attempt.
        max_backoff_s: longest wait in seconds.
    """

    name: str
    command: tuple[str, ...]
    constants: Mapping[str, Any]
    from_run: Mapping[str, str]
    artifacts: Mapping[str, tuple[str, str]]
    outputs: Mapping[str, Mapping[str, Any]]
    waits_for: frozenset[str]
    retries: int
    backoff_s: float
    backoff_factor: float
    max_backoff_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class CompiledPipeline:
    """A compiled pipeline.

    Attributes:
        name: name of the pipeline.
        tasks: all tasks, each after those it waits for.
        parameters: parameters of a run with their defaults; None if a parameter has no default.
        root: root of the artifacts; None for the cluster's default.
        mount_paths: mount paths of the volumes.
    """

    name: str
    tasks: tuple[Task, ...]
    parameters: Mapping[str, Any]
    root: str | None
    mount_paths: tuple[str, ...]


def read_compiled(path: pathlib.Path) -> CompiledPipeline:
    """Reads a file that `lookbook compile` wrote.

    Args:
        path: the file.

    Raises:
        LookbookError: the file cannot be read, is not a pipeline of containers, or its tasks wait for each other.
    """
    try:
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        spec, platform = documents[0], documents[1] if len(documents) > 1 else {}
        parameters = spec["root"].get("inputDefinitions", {}).get("parameters", {})
        return CompiledPipeline(
            name=spec["pipelineInfo"]["name"],
            tasks=_sorted({name: _task(spec, name) for name in spec["root"]["dag"]["tasks"]}),
            parameters={name: parameter.get("defaultValue") for name, parameter in parameters.items()},
            root=spec.get("defaultPipelineRoot"),
            mount_paths=_mount_paths(platform),
        )
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LookbookError(f"{path} must be a compiled pipeline; it cannot be read: {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise LookbookError(
            f"{path} must be a compiled pipeline whose steps are containers, as `lookbook compile` writes it; it lacks "
            f"{error}"
        ) from error


def _task(spec: Mapping[str, Any], name: str) -> Task:
    task = spec["root"]["dag"]["tasks"][name]
    component = spec["components"][task["componentRef"]["name"]]
    container = spec["deploymentSpec"]["executors"][component["executorLabel"]]["container"]
    inputs = task.get("inputs", {})
    artifacts = {
        key: (source["taskOutputArtifact"]["producerTask"], source["taskOutputArtifact"]["outputArtifactKey"])
        for key, source in inputs.get("artifacts", {}).items()
    }
    parameters = inputs.get("parameters", {})
    from_run = {key: v["componentInputParameter"] for key, v in parameters.items() if "componentInputParameter" in v}
    retry = task.get("retryPolicy", {})
    return Task(
        name=name,
        command=(*container["command"], *container.get("args", [])),
        constants={key: v["runtimeValue"]["constant"] for key, v in parameters.items() if key not in from_run},
        from_run=from_run,
        artifacts=artifacts,
        outputs={
            key: output["artifactType"]
            for key, output in component.get("outputDefinitions", {}).get("artifacts", {}).items()
        },
        waits_for=frozenset(task.get("dependentTasks", [])) | {producer for producer, _ in artifacts.values()},
        retries=int(retry.get("maxRetryCount", 0)),
        backoff_s=_seconds(retry.get("backoffDuration", "0s")),
        backoff_factor=float(retry.get("backoffFactor", 2.0)),
        max_backoff_s=_seconds(retry.get("backoffMaxDuration", "3600s")),
    )


def _sorted(tasks: Mapping[str, Task]) -> tuple[Task, ...]:
    """The tasks in topological order."""
    sorter = graphlib.TopologicalSorter({name: sorted(task.waits_for) for name, task in tasks.items()})
    try:
        return tuple(tasks[name] for name in sorter.static_order())
    except graphlib.CycleError as error:
        waiting = ", ".join(sorted(set(error.args[1])))
        raise LookbookError(f"tasks of a pipeline must not wait for each other. Received: {waiting}") from error


def _mount_paths(platform: Mapping[str, Any]) -> tuple[str, ...]:
    executors = platform.get("platforms", {}).get("kubernetes", {}).get("deploymentSpec", {}).get("executors", {})
    return tuple(sorted({mount["mountPath"] for e in executors.values() for mount in e.get("pvcMount", [])}))


def _seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))
