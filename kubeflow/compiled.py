"""A compiled pipeline as its file says it: the tasks, what each runs, reads and waits for.

Nothing else is known here; the Python that was compiled is not asked.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import yaml

from transforms.errors import LookbookError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Task:
    """One task.

    Attributes:
        name: as in the file.
        command: of its container, arguments included; `{{$}}` stands for the executor input.
        constants: values of parameters.
        from_run: names of the run's parameters by the task's.
        artifacts: producing task and its output, by input.
        outputs: the artifact type of each output.
        waits_for: the tasks that must be done before.
        retries: further attempts after a failure.
        backoff_s: seconds before the first further attempt.
        backoff_factor: what the seconds are multiplied by with each attempt.
        backoff_most_s: the longest wait.
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
    backoff_most_s: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class CompiledPipeline:
    """A whole file.

    Attributes:
        name: of the pipeline.
        tasks: each behind those it waits for.
        parameters: the run's parameters with their defaults, None where there is none.
        root: where artifacts go, None for the cluster's default.
        mount_paths: where volumes are mounted.
    """

    name: str
    tasks: tuple[Task, ...]
    parameters: Mapping[str, Any]
    root: str | None
    mount_paths: tuple[str, ...]


def read_compiled(path: pathlib.Path) -> CompiledPipeline:
    """Reads what `lookbook compile` wrote.

    Raises:
        LookbookError: it cannot be read, or is not a pipeline of containers.
    """
    try:
        documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
        spec, platform = documents[0], documents[1] if len(documents) > 1 else {}
        parameters = spec["root"].get("inputDefinitions", {}).get("parameters", {})
        return CompiledPipeline(
            name=spec["pipelineInfo"]["name"],
            tasks=_in_order({name: _task(spec, name) for name in spec["root"]["dag"]["tasks"]}),
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
        backoff_most_s=_seconds(retry.get("backoffMaxDuration", "3600s")),
    )


def _in_order(tasks: Mapping[str, Task]) -> tuple[Task, ...]:
    """Each task behind those it waits for; otherwise as in the file."""
    ordered: dict[str, Task] = {}
    while len(ordered) < len(tasks):
        free = [t for t in tasks.values() if t.name not in ordered and t.waits_for <= ordered.keys()]
        if not free:
            raise KeyError(f"an order: {', '.join(sorted(tasks.keys() - ordered.keys()))} wait for each other")
        ordered[free[0].name] = free[0]
    return tuple(ordered.values())


def _mount_paths(platform: Mapping[str, Any]) -> tuple[str, ...]:
    executors = platform.get("platforms", {}).get("kubernetes", {}).get("deploymentSpec", {}).get("executors", {})
    return tuple(sorted({mount["mountPath"] for e in executors.values() for mount in e.get("pvcMount", [])}))


def _seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))
