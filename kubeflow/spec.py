"""What open-source Kubeflow needs of a pipeline spec that TFX does not write.

A spec is the plain tree of a KFP `PipelineSpec`, as its YAML reads. Each function changes the tree it is given.

- Argo, below Kubeflow, takes only letters, digits and dashes in a task's name; TFX writes its nodes' ids.
- TFX writes neither retries nor defaults of parameters nor the root of artifacts, and caching for all or none.
- Volumes stand in a document of their own, the platform spec.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

Spec = dict[str, Any]


def task_name(node_id: str) -> str:
    """The name Argo accepts for a TFX node: `schema_articles` is `schema-articles`, `DataGate` `data-gate`."""
    dashed = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", node_id)
    return re.sub(r"[^a-z0-9]+", "-", dashed.lower()).strip("-")


def rename(spec: Spec) -> None:
    """Gives tasks, components and executors the names that the KFP SDK would give them.

    Raises:
        ValueError: two nodes come to the same name.
    """
    tasks = tasks_of(spec)
    if len({task_name(node_id) for node_id in tasks}) < len(tasks):
        raise ValueError(f"ids of nodes must differ by more than case and punctuation; received {sorted(tasks)}")
    for task in tasks.values():
        task["componentRef"]["name"] = component_name(task["componentRef"]["name"])
        task["taskInfo"]["name"] = task_name(task["taskInfo"]["name"])
        task["dependentTasks"] = [task_name(name) for name in task.get("dependentTasks", [])]
        if not task["dependentTasks"]:
            del task["dependentTasks"]
        for source in task.get("inputs", {}).get("artifacts", {}).values():
            produced = source["taskOutputArtifact"]
            produced["producerTask"] = task_name(produced["producerTask"])
    spec["root"]["dag"]["tasks"] = {task_name(node_id): task for node_id, task in tasks.items()}
    executors = spec["deploymentSpec"]["executors"]
    renamed = {}
    for node_id, component in spec["components"].items():
        renamed[executor_name(node_id)] = executors.pop(component["executorLabel"])
        component["executorLabel"] = executor_name(node_id)
    spec["deploymentSpec"]["executors"] = renamed
    spec["components"] = {component_name(node_id): component for node_id, component in spec["components"].items()}


def tasks_of(spec: Spec) -> dict[str, Any]:
    """The tasks by name."""
    return spec["root"]["dag"]["tasks"]


def component_name(node_id: str) -> str:
    """The component of a node."""
    return f"comp-{task_name(node_id)}"


def executor_name(node_id: str) -> str:
    """The executor of a node."""
    return f"exec-{task_name(node_id)}"


def set_image(spec: Spec, node_id: str, image: str) -> None:
    """Runs one node in an image of its own."""
    spec["deploymentSpec"]["executors"][executor_name(node_id)]["container"]["image"] = image


def set_retries(spec: Spec, task: str, *, retries: int, backoff_s: int) -> None:
    """Lets a task be tried again, after `backoff_s` seconds and twice as long each time, an hour at most."""
    if retries:
        tasks_of(spec)[task]["retryPolicy"] = {
            "maxRetryCount": retries,
            "backoffDuration": f"{backoff_s}s",
            "backoffFactor": 2.0,
            "backoffMaxDuration": "3600s",
        }


def forbid_caching(spec: Spec, task: str) -> None:
    """Lets a task run every time, for it reads what no input shows."""
    tasks_of(spec)[task]["cachingOptions"] = {"enableCache": False}


def reference(parameter: str) -> str:
    """What stands for a run's parameter in the strings of a pipeline; Kubeflow's own notation."""
    return f"{{{{$.inputs.parameters['{parameter}']}}}}"


def bind_parameters(spec: Spec, parameters: Mapping[str, tuple[str, str]]) -> None:
    """Declares the run's parameters and leads them to the tasks that refer to them.

    A value that is a reference becomes the parameter. A task that has one within a longer string is given the
    parameter besides, and `kubeflow.step` puts it in.

    Args:
        spec: changed.
        parameters: default and description by name.
    """
    declared = spec["root"].setdefault("inputDefinitions", {}).setdefault("parameters", {})
    for name, (default, description) in parameters.items():
        text = {"parameterType": "STRING", "isOptional": True}
        declared[name] = {**text, "defaultValue": default, "description": description}
        for task in tasks_of(spec).values():
            inputs = task.get("inputs", {}).get("parameters", {})
            for key, value in list(inputs.items()):
                constant = value.get("runtimeValue", {}).get("constant")
                if constant == reference(name):
                    inputs[key] = {"componentInputParameter": name}
                elif isinstance(constant, str) and reference(name) in constant:
                    inputs[name] = {"componentInputParameter": name}
                    definitions = spec["components"][task["componentRef"]["name"]]["inputDefinitions"]
                    definitions["parameters"].setdefault(name, {"parameterType": "STRING"})


def platform_spec(spec: Spec, *, volume_claim: str, mount_path: str) -> Spec:
    """The document beside the spec that mounts a volume into every step."""
    mount = {"constant": volume_claim, "mountPath": mount_path}
    executors = {label: {"pvcMount": [dict(mount)]} for label in spec["deploymentSpec"]["executors"]}
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}


def refuse_kinds(spec: Spec, runnable: Collection[str] = ("container",)) -> None:
    """Refuses steps that open-source Kubeflow cannot run, or only outside of the step's image.

    Its compiler answers a resolver with "not implemented"; an importer runs in Kubeflow's own launcher, which
    knows no artifact type of TFX.

    Raises:
        ValueError: there is a step of another kind.
    """
    for label, executor in spec["deploymentSpec"]["executors"].items():
        if not set(executor) <= set(runnable):
            raise ValueError(f"{label} must be a {' or '.join(runnable)}; received a {', '.join(executor)}")
