"""Completes the pipeline specs that TFX writes for open-source Kubeflow.

A spec is the plain tree of a KFP `PipelineSpec`, as in its YAML. The functions change the tree in place.

- Argo, which runs the tasks for Kubeflow, accepts only letters, digits and dashes in the name of a task, but TFX writes
  the ids of its nodes.
- TFX writes no retries, no defaults of parameters and no root of artifacts, and enables caching for all tasks or none.
- Volumes are in a separate document, the platform spec.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

Spec = dict[str, Any]
SYSTEM_VERSION = "0.0.1"  # of all of Kubeflow's own types


def task_name(node_id: str) -> str:
    """Returns the name of a TFX node's task.

    >>> task_name("schema_articles"), task_name("DataGate")
    ('schema-articles', 'data-gate')
    """
    dashed = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", node_id)
    return re.sub(r"[^a-z0-9]+", "-", dashed.lower()).strip("-")


def rename(spec: Spec) -> None:
    """Renames tasks, components and executors like the KFP SDK names them.

    Raises:
        ValueError: two nodes would get the same name.
    """
    tasks = tasks_of(spec)
    if len({task_name(node_id) for node_id in tasks}) < len(tasks):
        raise ValueError(f"ids of nodes must differ by more than case and punctuation. Received: {sorted(tasks)}")
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


def use_system_types(spec: Spec) -> None:
    """Declares outputs of Kubeflow's own types, such as `system.HTML`, as Kubeflow's SDK does.

    TFX writes every type as a YAML schema. Kubeflow's UI shows a page only if it finds the type by its title.
    """
    for component in spec["components"].values():
        for output in component.get("outputDefinitions", {}).get("artifacts", {}).values():
            title = re.match(r"title: (system\.\w+)\n", output["artifactType"].get("instanceSchema", ""))
            if title:
                output["artifactType"] = {"schemaTitle": title[1], "schemaVersion": SYSTEM_VERSION}


def tasks_of(spec: Spec) -> dict[str, Any]:
    """The tasks by name."""
    return spec["root"]["dag"]["tasks"]


def component_name(node_id: str) -> str:
    """The name of a node's component."""
    return f"comp-{task_name(node_id)}"


def executor_name(node_id: str) -> str:
    """The name of a node's executor."""
    return f"exec-{task_name(node_id)}"


def set_image(spec: Spec, node_id: str, image: str) -> None:
    """Sets the image of one node.

    Args:
        spec: pipeline spec, changed in place.
        node_id: TFX's id of the node.
        image: name and tag.
    """
    spec["deploymentSpec"]["executors"][executor_name(node_id)]["container"]["image"] = image


def set_command(spec: Spec, node_id: str, command: Sequence[str]) -> None:
    """Sets the command of one node; its arguments stay.

    Args:
        spec: pipeline spec, changed in place.
        node_id: TFX's id of the node.
        command: the words.
    """
    spec["deploymentSpec"]["executors"][executor_name(node_id)]["container"]["command"] = list(command)


def set_retries(spec: Spec, task: str, *, retries: int, backoff_s: int) -> None:
    """Sets the retries of a task, with exponential backoff of at most an hour.

    Args:
        spec: pipeline spec, changed in place.
        task: name of the task.
        retries: number of retries.
        backoff_s: seconds before the first retry; doubles with each retry.
    """
    if retries:
        tasks_of(spec)[task]["retryPolicy"] = {
            "maxRetryCount": retries,
            "backoffDuration": f"{backoff_s}s",
            "backoffFactor": 2.0,
            "backoffMaxDuration": "3600s",
        }


def forbid_caching(spec: Spec, task: str) -> None:
    """Disables the cache of a task that reads data other than its inputs."""
    tasks_of(spec)[task]["cachingOptions"] = {"enableCache": False}


def reference(parameter: str) -> str:
    """The placeholder of a run's parameter in the strings of a pipeline, in Kubeflow's notation."""
    return f"{{{{$.inputs.parameters['{parameter}']}}}}"


def bind_parameters(spec: Spec, parameters: Mapping[str, tuple[str, str]]) -> None:
    """Declares the parameters of a run and passes them to the tasks that refer to them.

    A value that is a reference is replaced by the parameter. If a reference is part of a longer string, the task gets
    the parameter too, and `kubeflow.step` replaces the reference.

    Args:
        spec: pipeline spec, changed in place.
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
    """The platform spec, which mounts a volume into every step.

    Args:
        spec: the pipeline spec.
        volume_claim: name of the volume claim.
        mount_path: path of the volume in the containers.
    """
    mount = {"constant": volume_claim, "mountPath": mount_path}
    executors = {label: {"pvcMount": [dict(mount)]} for label in spec["deploymentSpec"]["executors"]}
    return {"platforms": {"kubernetes": {"deploymentSpec": {"executors": executors}}}}


def refuse_kinds(spec: Spec, runnable: Collection[str] = ("container",)) -> None:
    """Refuses steps that open-source Kubeflow cannot run in the step's image.

    Kubeflow does not implement resolvers. Importers run in Kubeflow's own launcher, which has no artifact types of TFX.

    Args:
        spec: the pipeline spec.
        runnable: kinds of steps that are accepted.

    Raises:
        ValueError: a step is of another kind.
    """
    for label, executor in spec["deploymentSpec"]["executors"].items():
        if not set(executor) <= set(runnable):
            raise ValueError(f"{label} must be a {' or '.join(runnable)}. Received: a {', '.join(executor)}")
