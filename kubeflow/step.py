"""What a step's container runs: TFX's own entry point, with what open-source Kubeflow says put into TFX's words.

`python -m kubeflow.step ARGUMENTS` takes the arguments of TFX's `kubeflow_v2_run_executor`, runs it with them and
exits as it does. Between the two it settles what TFX, written for Vertex AI, takes for granted:

- Places. Kubeflow's launcher downloads input artifacts before, and uploads outputs after the step, between the
  bucket and `/gcs`, `/s3` or `/minio`, but tells only the bucket's address. The step works on the local copy,
  which any path, DuckDB and TensorFlow can read, and reports the bucket's address.
- Types. The driver leaves the type of an input artifact empty (kubeflow/pipelines, `metadata/client.go`;
  tensorflow/tfx issue 7768). The component's definition, among the arguments, has it.
- Where Beam has a cluster of its own, its workers cannot see this container's disk: the steps that use Beam then
  read and write the bucket themselves, which must be `gs://`. The launcher finds nothing to upload, and lets it be.
- Types of ours are called `lookbook.Name`, and found in `components.artifacts`.
- References to a run's parameters within longer values are replaced, which older launchers leave to the step.
- Folders of outputs, which TFX's local runner makes, are made here.

Paths without a bucket are left as they are, so that the same command runs without a cluster.
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

EXECUTOR = "tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor"
INVOCATION = "--json_serialized_invocation_args"
EXECUTOR_CLASS = "--executor_class_path"
# The executors that hand their work to Beam.
ON_BEAM = tuple(f"tfx.components.{name}.executor.Executor" for name in ("statistics_gen", "transform", "evaluator"))
INPUTS_SPEC = "--json_serialized_inputs_spec_args"
BUCKETS = "LOOKBOOK_BUCKETS"  # where the launcher's folders lie, / unless the environment says otherwise
# As Kubeflow's launcher maps them (kubeflow/pipelines, `component/launcher_v2.go`, LocalPathForURI).
_LOCAL = {"gs://": "gcs", "s3://": "s3", "minio://": "minio"}
_REFERENCE = re.compile(r"\{\{\$\.inputs\.parameters\['([^']+)'\]\}\}")
_OURS = "lookbook."
_OUR_MODULE = "components.artifacts."


def main(arguments: Sequence[str]) -> int:
    """Runs the step.

    Args:
        arguments: of TFX's entry point.

    Returns:
        Its exit code.
    """
    arguments = list(arguments)
    at = arguments.index(INVOCATION) + 1
    invocation = json.loads(arguments[at])
    inputs_spec = json.loads(arguments[arguments.index(INPUTS_SPEC) + 1]) if INPUTS_SPEC in arguments else {}
    places = {} if is_computed_elsewhere(arguments) else localise(invocation, _buckets())
    complete_types(invocation, inputs_spec)
    resolve_references(invocation)
    for artifact in _artifacts(invocation, "outputs"):
        if local_path(artifact["uri"], _buckets()) is None:
            pathlib.Path(artifact["uri"]).mkdir(parents=True, exist_ok=True)
    arguments[at] = json.dumps(invocation)
    environment = {**os.environ, **TENSORFLOW_ENVIRONMENT}
    code = subprocess.run([sys.executable, "-m", EXECUTOR, *arguments], env=environment, check=False).returncode
    output = pathlib.Path(invocation["outputs"]["outputFile"])
    if code == 0 and output.exists():
        output.write_text(json.dumps(globalised(json.loads(output.read_text()), places)))
    return code


def is_computed_elsewhere(arguments: Sequence[str]) -> bool:
    """Whether the step uses Beam and Beam's runner is not in this container."""
    executor = next((new for old, new in itertools.pairwise(arguments) if old == EXECUTOR_CLASS), "")
    runner = next((word.partition("=")[2] for word in arguments if word.startswith("--runner=")), "")
    return executor in ON_BEAM and not runner.endswith(("FnApiRunner", "DirectRunner", "PrismRunner"))


def localise(invocation: dict[str, Any], buckets: pathlib.Path) -> dict[str, str]:
    """Puts the launcher's local paths in place of the buckets' addresses.

    Args:
        invocation: an `ExecutorInput`, changed.
        buckets: where the launcher's folders lie.

    Returns:
        The address of each local path.
    """
    places = {}
    for artifact in [*_artifacts(invocation, "inputs"), *_artifacts(invocation, "outputs")]:
        local = local_path(artifact["uri"], buckets)
        if local is not None:
            places[local] = artifact["uri"]
            artifact["uri"] = local
    return places


def local_path(uri: str, buckets: pathlib.Path) -> str | None:
    """Where the launcher copies an address of a bucket to; None for a plain path."""
    for scheme, folder in _LOCAL.items():
        if uri.startswith(scheme):
            return str(buckets / folder / uri.removeprefix(scheme))
    return None


def globalised(tree: Any, places: Mapping[str, str]) -> Any:
    """The tree with the buckets' addresses in place of local paths, wherever a string begins with one."""
    if isinstance(tree, dict):
        return {name: globalised(value, places) for name, value in tree.items()}
    if isinstance(tree, list):
        return [globalised(value, places) for value in tree]
    if isinstance(tree, str):
        for local, address in places.items():
            if tree == local or tree.startswith(f"{local}/"):
                return address + tree.removeprefix(local)
    return tree


def complete_types(invocation: dict[str, Any], inputs_spec: Mapping[str, Any]) -> None:
    """Gives every artifact a type that TFX finds the class of.

    Args:
        invocation: an `ExecutorInput`, changed.
        inputs_spec: the component's `inputDefinitions`.
    """
    for name, several in invocation.get("inputs", {}).get("artifacts", {}).items():
        for artifact in several.get("artifacts", []):
            if not any(artifact.get("type", {}).values()):
                artifact["type"] = dict(inputs_spec["artifacts"][name]["artifactType"])
    for artifact in [*_artifacts(invocation, "inputs"), *_artifacts(invocation, "outputs")]:
        title = _title(artifact["type"])
        if title.startswith(_OURS):
            artifact["type"] = {"schemaTitle": _OUR_MODULE + title.removeprefix(_OURS)}


def resolve_references(invocation: dict[str, Any]) -> None:
    """Puts values in place of `{{$.inputs.parameters['name']}}` within the invocation's parameters."""
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
    """Of a type's two forms the schema is YAML, its title a line of its own."""
    if "schemaTitle" in kind:
        return kind["schemaTitle"]
    lines = kind.get("instanceSchema", "").splitlines()
    return next((line.removeprefix("title:").strip() for line in lines if line.startswith("title:")), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
