"""The entry point of a step's container: adapts the input of open-source Kubeflow and calls TFX's own entry point.

`python -m kubeflow.step ARGUMENTS` takes the arguments of TFX's `kubeflow_v2_run_executor`, runs it and returns its
exit code. TFX's entry point was written for Vertex AI. This module handles the differences:

- Addresses. Kubeflow's launcher copies artifacts between the bucket and `/gcs`, `/s3` or `/minio`, downloads inputs
  before the step and uploads outputs after it, but passes only the addresses in the bucket. The step reads and writes
  the local copies, which Python, DuckDB and TensorFlow can open, and reports the addresses in the bucket.
- Types. The driver leaves the type of an input artifact empty (kubeflow/pipelines, `metadata/client.go`;
  tensorflow/tfx issue 7768). The component's definition, which is one of the arguments, has the type.
- Beam on a cluster. Its workers cannot access the disk of this container, so the steps on Beam read and write the
  bucket directly, which must be `gs://`. The launcher then has nothing to upload.
- Own types. They are named `lookbook.Name` and defined in `components.artifacts`.
- References to a run's parameters in longer values. Older launchers do not replace them.
- Folders of outputs. TFX's local runner makes them; Kubeflow does not.

Paths outside of buckets do not change, so that the same command runs without a cluster.
"""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT
from transforms.openblas import choose_kernels

EXECUTOR = "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor"
INVOCATION = "--json_serialized_invocation_args"
EXECUTOR_CLASS = "--executor_class_path"
# The executors that run Beam pipelines.
ON_BEAM = tuple(f"tfx.components.{name}.executor.Executor" for name in ("statistics_gen", "transform", "evaluator"))
INPUTS_SPEC = "--json_serialized_inputs_spec_args"
BUCKETS = "LOOKBOOK_BUCKETS"  # variable with the parent of the launcher's folders, by default /
# The mapping of Kubeflow's launcher (kubeflow/pipelines, `component/launcher_v2.go`, LocalPathForURI).
_LOCAL = {"gs://": "gcs", "s3://": "s3", "minio://": "minio"}
_REFERENCE = re.compile(r"\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}")
_OURS = "lookbook."
_OUR_MODULE = "components.artifacts."
_PAGE, _PAGE_CLASS, _PAGE_FILE = "system.HTML", "components.artifacts.Html", "report.html"


def main(arguments: Sequence[str]) -> int:
    """Runs the step.

    Args:
        arguments: arguments of TFX's entry point.

    Returns:
        The exit code of TFX's entry point.
    """
    arguments = list(arguments)
    position = arguments.index(INVOCATION) + 1
    invocation = json.loads(arguments[position])
    inputs_spec = json.loads(arguments[arguments.index(INPUTS_SPEC) + 1]) if INPUTS_SPEC in arguments else {}
    addresses = {} if runs_on_remote_beam(arguments) else to_local_paths(invocation, _buckets())
    complete_types(invocation, inputs_spec)
    resolve_references(invocation)
    for artifact in _artifacts(invocation, "outputs"):
        if local_path(artifact["uri"], _buckets()) is None:
            pathlib.Path(artifact["uri"]).mkdir(parents=True, exist_ok=True)
    arguments[position] = json.dumps(invocation)
    choose_kernels()
    environment = {**os.environ, **TENSORFLOW_ENVIRONMENT}
    code = subprocess.run([sys.executable, "-m", EXECUTOR, *arguments], env=environment, check=False).returncode
    output = pathlib.Path(invocation["outputs"]["outputFile"])
    if code == 0 and output.exists():
        reported = json.loads(output.read_text())
        to_addresses_of_pages(reported, invocation)
        output.write_text(json.dumps(to_bucket_addresses(reported, addresses)))
    return code


def runs_on_remote_beam(arguments: Sequence[str]) -> bool:
    """Whether the step runs on Beam with a runner outside of this container."""
    executor = next((new for old, new in itertools.pairwise(arguments) if old == EXECUTOR_CLASS), "")
    runner = next((word.partition("=")[2] for word in arguments if word.startswith("--runner=")), "")
    return executor in ON_BEAM and not runner.endswith(("FnApiRunner", "DirectRunner", "PrismRunner"))


def to_local_paths(invocation: dict[str, Any], buckets: pathlib.Path) -> dict[str, str]:
    """Replaces addresses in buckets by the local paths of the launcher.

    Args:
        invocation: an `ExecutorInput`, changed.
        buckets: parent of the launcher's folders.

    Returns:
        The address in the bucket for each local path.
    """
    addresses = {}
    for artifact in [*_artifacts(invocation, "inputs"), *_artifacts(invocation, "outputs")]:
        local = local_path(artifact["uri"], buckets)
        if local is not None:
            addresses[local] = artifact["uri"]
            artifact["uri"] = local
    return addresses


def local_path(uri: str, buckets: pathlib.Path) -> str | None:
    """The local path that the launcher uses for an address in a bucket; None for a plain path.

    Args:
        uri: an address or a path.
        buckets: parent of the launcher's folders.
    """
    for scheme, folder in _LOCAL.items():
        if uri.startswith(scheme):
            return str(buckets / folder / uri.removeprefix(scheme))
    return None


def to_bucket_addresses(tree: Any, addresses: Mapping[str, str]) -> Any:
    """Replaces local paths by addresses in buckets, in all strings that start with such a path.

    Args:
        tree: JSON values.
        addresses: the address for each local path.
    """
    if isinstance(tree, dict):
        return {name: to_bucket_addresses(value, addresses) for name, value in tree.items()}
    if isinstance(tree, list):
        return [to_bucket_addresses(value, addresses) for value in tree]
    if isinstance(tree, str):
        for local, address in addresses.items():
            if tree == local or tree.startswith(f"{local}/"):
                return address + tree.removeprefix(local)
    return tree


def complete_types(invocation: dict[str, Any], inputs_spec: Mapping[str, Any]) -> None:
    """Sets the type of every artifact so that TFX finds its class.

    Args:
        invocation: an `ExecutorInput`, changed.
        inputs_spec: `inputDefinitions` of the component.
    """
    for name, several in invocation.get("inputs", {}).get("artifacts", {}).items():
        for artifact in several.get("artifacts", []):
            if not any(artifact.get("type", {}).values()):
                artifact["type"] = dict(inputs_spec["artifacts"][name]["artifactType"])
    for artifact in [*_artifacts(invocation, "inputs"), *_artifacts(invocation, "outputs")]:
        title = _title(artifact["type"])
        if title == _PAGE:
            artifact["type"] = {"schemaTitle": _PAGE_CLASS}
        elif title.startswith(_OURS):
            artifact["type"] = {"schemaTitle": _OUR_MODULE + title.removeprefix(_OURS)}


def to_addresses_of_pages(output: dict[str, Any], invocation: Mapping[str, Any]) -> None:
    """Changes the address of each page from its folder to its file, which Kubeflow uploads and its UI shows.

    Args:
        output: what TFX's entry point reported, changed.
        invocation: the `ExecutorInput` with complete types and local paths.
    """
    for artifact in _artifacts(invocation, "outputs"):
        if artifact["type"] == {"schemaTitle": _PAGE_CLASS}:
            file = f"{artifact['uri']}/{_PAGE_FILE}"
            for several in output.get("artifacts", {}).values():
                for reported in several.get("artifacts", []):
                    if reported["uri"] == artifact["uri"] and pathlib.Path(file).is_file():
                        reported["uri"] = file


def resolve_references(invocation: dict[str, Any]) -> None:
    """Replaces `{{$.inputs.parameters['name']}}` in the parameters of the invocation by values."""
    values = invocation.get("inputs", {}).get("parameterValues", {})
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = _REFERENCE.sub(lambda found: str(values.get(found[1], found[0])), value)


def _buckets() -> pathlib.Path:
    return pathlib.Path(os.environ.get(BUCKETS, "/"))


def _artifacts(invocation: Mapping[str, Any], side: str) -> Iterator[dict[str, Any]]:
    for several in invocation.get(side, {}).get("artifacts", {}).values():
        yield from several.get("artifacts", [])


def _title(kind: Mapping[str, str]) -> str:
    """The title of an artifact type, which is a field of its own or a line of a YAML schema."""
    if "schemaTitle" in kind:
        return kind["schemaTitle"]
    lines = kind.get("instanceSchema", "").splitlines()
    return next((line.removeprefix("title:").strip() for line in lines if line.startswith("title:")), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
