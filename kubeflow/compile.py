"""Compiles a pipeline, `train` or `refresh`, for open-source Kubeflow Pipelines, version 2.

The file has two YAML documents: the pipeline spec of schema 2.1, and the platform spec that mounts the volume.
Each run may set `data_dir`, `data_version` and `allow_older`; all other paths are fixed when compiling.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib

import yaml
from kfp.pipeline_spec import pipeline_spec_pb2
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.orchestration.kubeflow.v2 import kubeflow_v2_dag_runner as tfx_runner

from components.gates.table import GATES, RUN
from kubeflow import spec as specs
from kubeflow.beam import beam_args
from kubeflow.config import CompileConfig, KubeflowConfig, StepConfig, WorkersConfig
from kubeflow.tfjob import JobSpec
from pipeline.code_version import code_version
from pipeline.pipeline import create_pipeline
from pipeline.refresh import create_refresh_pipeline
from pipeline.shared_steps import CacheKeys, Paths
from pipeline.step_settings import VersionOf
from transforms.atomic_path import atomic_path

COMMAND = ("python", "-m", "kubeflow.step")
DATA_VERSION = "1"
PIPELINES = ("train", "refresh")
_DESCRIPTIONS = {
    "data_dir": "Folder of the three CSVs on the mounted volume.",
    "allow_older": "true accepts data that end before those of the served version.",
    "data_version": "Names the state of the CSVs. Steps of another state are not taken from the cache.",
}
_NEVER_CACHED = ("DriftStatistics", "FreshnessGate", "LastBlessed", "Report")  # they read the pushed versions
# A gate that is retried gives the same verdict again.
_NEVER_RETRIED = tuple(gate.step for gate in GATES if gate.stops == RUN)


def compile_pipeline(
    config: CompileConfig, to: pathlib.Path, *, pipeline: str = "train", version_of: VersionOf = code_version
) -> None:
    """Writes the pipeline as YAML.

    Args:
        config: all settings.
        to: file to write; it is written completely or not at all.
        pipeline: one of `PIPELINES`.
        version_of: returns the code version of a module; tests of golden files pass a constant.
    """
    documents = pipeline_documents(config, pipeline=pipeline, version_of=version_of)
    with atomic_path(to) as unfinished, unfinished.open("w", encoding="utf-8") as file:
        yaml.safe_dump_all(documents, file, sort_keys=True, width=118)


def pipeline_documents(
    config: CompileConfig, *, pipeline: str = "train", version_of: VersionOf = code_version
) -> list[specs.Spec]:
    """Compiles a pipeline to a pipeline spec and a platform spec, as plain trees.

    Args:
        config: all settings.
        pipeline: one of `PIPELINES`.
        version_of: returns the code version of a module.
    """
    return documents_of(_wired(config, pipeline, version_of), config.kubeflow)


def documents_of(wired: tfx_pipeline.Pipeline, cluster: KubeflowConfig) -> list[specs.Spec]:
    """Compiles any pipeline of TFX components.

    Args:
        wired: the pipeline.
        cluster: image, paths, resources and retries.

    Returns:
        The pipeline spec and the platform spec.
    """
    node_ids = [node.id for node in wired.components]
    by_workers = {"retrieval": cluster.retrieval} if cluster.retrieval.workers > 1 else {}
    for node in wired.components:
        # The step of a job only waits for its workers, which have the resources.
        node.with_platform_config(_resources(cluster.step if node.id in by_workers else cluster.of_step(node.id)))
    runner = tfx_runner.KubeflowV2DagRunner(
        tfx_runner.KubeflowV2DagRunnerConfig(
            default_image=cluster.image, default_commands=list(COMMAND), use_pipeline_spec_2_1=True
        )
    )
    spec: specs.Spec = runner.run(wired, write_out=False)["pipelineSpec"]
    specs.refuse_kinds(spec)
    specs.rename(spec)
    specs.use_system_types(spec)
    for node_id in node_ids:
        step = cluster.of_step(node_id)
        if step.image is not None:
            specs.set_image(spec, node_id, step.image)
        retries = 0 if node_id in _NEVER_RETRIED else step.retries
        specs.set_retries(spec, specs.task_name(node_id), retries=retries, backoff_s=step.backoff_s)
    for node_id in set(node_ids).intersection(by_workers):
        job = _job(node_id, by_workers[node_id], cluster)
        words = json.dumps(dataclasses.asdict(job), sort_keys=True)
        specs.set_command(spec, node_id, ["python", "-m", "kubeflow.tfjob", words])
    for node_id in set(node_ids).intersection(_NEVER_CACHED):
        specs.forbid_caching(spec, specs.task_name(node_id))
    defaults = {"data_dir": cluster.data_dir, "data_version": DATA_VERSION, "allow_older": "false"}
    specs.bind_parameters(spec, {name: (default, _DESCRIPTIONS[name]) for name, default in defaults.items()})
    if cluster.pipeline_root is not None:
        spec["defaultPipelineRoot"] = cluster.pipeline_root
    platform = specs.platform_spec(spec, volume_claim=cluster.volume_claim, mount_path=cluster.mount_path)
    return [spec, platform]


def _wired(config: CompileConfig, pipeline: str, version_of: VersionOf) -> tfx_pipeline.Pipeline:
    cluster = config.kubeflow
    data_version = specs.reference("data_version")
    paths = Paths(
        data_dir=specs.reference("data_dir"),
        pipeline_root=cluster.pipeline_root or "",
        serving_dir=cluster.serving_dir,
        checkpoints=cluster.checkpoints,
        content_cache=cluster.content_cache,
        schemas=cluster.schemas,
    )
    # A refresh of the same data is another run: its version counts as last blessed for the training.
    run_key = {"train": data_version, "refresh": f"refresh of {data_version}"}[pipeline]
    # LastBlessed is never cached, so it needs no cache key.
    cache_keys = CacheKeys(
        fingerprint=data_version,
        content=data_version,
        run_key=run_key,
        last_blessed="",
        allow_older=specs.reference("allow_older"),
    )
    create = {"train": create_pipeline, "refresh": create_refresh_pipeline}[pipeline]
    return create(config, paths, cache_keys, beam_args=beam_args(cluster.beam), version_of=version_of)


def _job(node_id: str, step: WorkersConfig, cluster: KubeflowConfig) -> JobSpec:
    return JobSpec(
        step=specs.task_name(node_id),
        workers=step.workers,
        image=step.image or cluster.image,
        cpu=step.cpu,
        memory_gb=step.memory_gb,
        gpus=step.gpus,
        gpu_type=step.gpu_type,
        restarts=step.retries,
        volume_claim=cluster.volume_claim,
        mount_path=cluster.mount_path,
    )


def _resources(step: StepConfig) -> pipeline_spec_pb2.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec:
    kind = pipeline_spec_pb2.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec
    resources = kind(cpu_limit=step.cpu, memory_limit=step.memory_gb)
    if step.gpus:
        resources.accelerator.CopyFrom(kind.AcceleratorConfig(type=step.gpu_type, count=step.gpus))
    return resources
