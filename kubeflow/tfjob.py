"""Runs a step by several workers: a step's container that starts a TFJob and waits for it.

`python -m kubeflow.tfjob JOB ARGUMENTS` takes the job as JSON (`JobSpec`) and the arguments of `kubeflow.step`. The
chief and the workers of the TFJob run `kubeflow.step` with these arguments; Kubeflow's training operator tells them of
each other by `TF_CONFIG`. Only this container has Kubeflow's launcher, which copies artifacts between the bucket and
the container. So the inputs are copied to the volume, where the workers read them, and the outputs back.

A failed worker is restarted by the operator and continues from the checkpoint. The job's name follows from the outputs:
if this container is restarted, it waits for the job that it started before.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from kubeflow.step import BUCKETS, INVOCATION, local_path

GROUP, VERSION, PLURAL = "kubeflow.org", "v1", "tfjobs"
POLL_S = 15.0
_KEPT_S = 7 * 86_400  # a finished job, for its logs
_NAMESPACE = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_WORKER_OUTPUT = "/tmp/output.json"  # of a worker that is not the chief; not read
_USER = {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 0, "fsGroup": 0}


@dataclasses.dataclass(frozen=True, kw_only=True)
class JobSpec:
    """The job of a step. It is flat, because Kubeflow takes double braces in a command for placeholders.

    Attributes:
        step: name of the step.
        workers: number of processes, including the chief.
        image: container image.
        cpu: limit of each process, in cores.
        memory_gb: limit of each process, in 10^9 bytes.
        gpus: accelerators of each process.
        gpu_type: name of the accelerator as a Kubernetes resource.
        restarts: restarts of failed processes before the job fails.
        volume_claim: claim of the volume.
        mount_path: path of the mounted volume.
    """

    step: str
    workers: int
    image: str
    cpu: float
    memory_gb: float
    gpus: int
    gpu_type: str
    restarts: int
    volume_claim: str
    mount_path: str


class Jobs(Protocol):
    """The jobs of a namespace."""

    def create(self, job: dict[str, Any]) -> bool:
        """Creates a job; returns False if there is one of this name."""

    def status(self, name: str) -> dict[str, Any] | None:
        """The status of a job; None if there is no such job."""

    def delete(self, name: str) -> None:
        """Deletes a job and its pods."""


def run_job(
    spec: JobSpec,
    arguments: Sequence[str],
    jobs: Jobs,
    buckets: pathlib.Path,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Runs the step by a job and copies its outputs to where the launcher expects them.

    Args:
        spec: the job.
        arguments: arguments of `kubeflow.step`.
        jobs: jobs of the cluster.
        buckets: parent of the launcher's folders.
        sleep: sleeps between polls, for a number of seconds.

    Returns:
        Exit code: 0 if the job succeeded.
    """
    position = list(arguments).index(INVOCATION) + 1
    invocation = json.loads(arguments[position])
    output_file = pathlib.Path(invocation["outputs"]["outputFile"])
    digest = hashlib.blake2b(json.dumps(invocation["outputs"], sort_keys=True).encode(), digest_size=8).hexdigest()
    name = f"lookbook-{spec.step}-{digest}"
    shared = pathlib.Path(spec.mount_path) / "workers" / name
    _copy(_uris(invocation, "inputs"), buckets, shared)
    files = {"Chief": str(shared / "output.json"), "Worker": _WORKER_OUTPUT}
    commands = {}
    for kind, file in files.items():
        changed = {**invocation, "outputs": {**invocation["outputs"], "outputFile": file}}
        words = [*arguments[:position], json.dumps(changed), *arguments[position + 1 :]]
        commands[kind] = ["python", "-m", "kubeflow.step", *words]
    job = manifest(spec, name, commands, {BUCKETS: str(shared)})
    while not jobs.create(job):
        former = ended(jobs.status(name) or {})
        if former is None or former[0]:
            break  # it runs, or it succeeded while this container was restarted
        jobs.delete(name)
        sleep(POLL_S)
    print(f"waiting for the TFJob {name} of {spec.workers} workers", flush=True)
    while (result := ended(status := jobs.status(name))) is None:
        if status is None:
            result = (False, "it was deleted")
            break
        sleep(POLL_S)
    succeeded, message = result
    print(f"the TFJob {name} {'succeeded' if succeeded else 'failed'}: {message}", flush=True)
    if not succeeded:
        return 1  # the job is kept for its logs until the next attempt
    _copy(_uris(invocation, "outputs"), shared, buckets)
    if (shared / "output.json").exists():
        output_file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shared / "output.json", output_file)
    jobs.delete(name)
    shutil.rmtree(shared)
    return 0


def manifest(
    spec: JobSpec, name: str, commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]
) -> dict[str, Any]:
    """Returns the TFJob: one chief and `workers - 1` workers.

    Args:
        spec: the job.
        name: name of the job.
        commands: command of `Chief` and of `Worker`.
        environment: variables of all processes.
    """
    limits = {"cpu": f"{spec.cpu:g}", "memory": str(round(spec.memory_gb * 1e9))}
    if spec.gpus:
        limits[spec.gpu_type] = str(spec.gpus)

    def replicas(kind: str, count: int) -> dict[str, Any]:
        container = {
            "name": "tensorflow",  # the operator looks for this name
            "image": spec.image,
            "command": list(commands[kind]),
            "env": [{"name": key, "value": value} for key, value in environment.items()],
            "resources": {"limits": limits},
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "volumeMounts": [{"name": "volume", "mountPath": spec.mount_path}],
        }
        pod = {
            "automountServiceAccountToken": False,
            "securityContext": {**_USER, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container],
            "volumes": [{"name": "volume", "persistentVolumeClaim": {"claimName": spec.volume_claim}}],
        }
        # A sidecar of Istio would intercept the connections between workers.
        metadata = {"annotations": {"sidecar.istio.io/inject": "false"}}
        return {
            "replicas": count,
            "restartPolicy": "OnFailure",
            "template": {"metadata": metadata, "spec": pod},
        }

    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "TFJob",
        "metadata": {"name": name},
        "spec": {
            "runPolicy": {
                "backoffLimit": spec.restarts,
                "cleanPodPolicy": "Running",
                "ttlSecondsAfterFinished": _KEPT_S,
            },
            "tfReplicaSpecs": {"Chief": replicas("Chief", 1), "Worker": replicas("Worker", spec.workers - 1)},
        },
    }


def ended(status: Mapping[str, Any] | None) -> tuple[bool, str] | None:
    """Returns whether a job succeeded, and its message; None if it has not ended.

    Args:
        status: status of a TFJob; its conditions have a type and a status `"True"` or `"False"`.
    """
    for condition in (status or {}).get("conditions", []):
        if condition["type"] in ("Succeeded", "Failed") and condition["status"] == "True":
            return condition["type"] == "Succeeded", condition.get("message", "")
    return None


class ClusterJobs:
    """The jobs of the namespace of this pod, through Kubernetes' API."""

    def __init__(self) -> None:
        import kubernetes

        if not _NAMESPACE.exists():
            raise SystemExit(
                "error: a step of several workers runs only on a cluster; compile with kubeflow.retrieval.workers=1 "
                "to run it here"
            )
        kubernetes.config.load_incluster_config()
        self._error = kubernetes.client.ApiException
        self._api = kubernetes.client.CustomObjectsApi()
        self._of = (GROUP, VERSION, _NAMESPACE.read_text().strip(), PLURAL)

    def create(self, job: dict[str, Any]) -> bool:
        """See `Jobs`."""
        try:
            self._api.create_namespaced_custom_object(*self._of, job)
        except self._error as error:
            if error.status == 409:
                return False
            raise
        return True

    def status(self, name: str) -> dict[str, Any] | None:
        """See `Jobs`."""
        try:
            found: dict[str, Any] = self._api.get_namespaced_custom_object(*self._of, name)
        except self._error as error:
            if error.status == 404:
                return None
            raise
        return found.get("status", {})

    def delete(self, name: str) -> None:
        """See `Jobs`."""
        self._api.delete_namespaced_custom_object(*self._of, name)


def _uris(invocation: Mapping[str, Any], side: str) -> Iterator[str]:
    for several in invocation.get(side, {}).get("artifacts", {}).values():
        yield from (artifact["uri"] for artifact in several.get("artifacts", []))


def _copy(uris: Iterator[str], source: pathlib.Path, to: pathlib.Path) -> None:
    """Copies the local copies of artifacts in buckets between two parents of the launcher's folders."""
    for uri in uris:
        here, there = local_path(uri, source), local_path(uri, to)
        if here is None or there is None or not pathlib.Path(here).exists():
            continue
        if pathlib.Path(here).is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        else:
            pathlib.Path(there).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here, there)


def main(arguments: Sequence[str]) -> int:
    """Runs the step of the arguments; returns the exit code."""
    spec = JobSpec(**json.loads(arguments[0]))
    return run_job(spec, arguments[1:], ClusterJobs(), pathlib.Path(os.environ.get(BUCKETS, "/")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
