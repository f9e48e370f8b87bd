"""Settings of the pipeline on a cluster: image, paths, resources, retries.

`CompileConfig` is `PipelineConfig` with a section `kubeflow`, so that `--set` and presets apply to both. Presets
are the TOML files of `kubeflow/presets/` and of `pipeline/presets/`.
"""

from __future__ import annotations

import pathlib
import re
from collections.abc import Sequence

from pydantic import Field, model_validator

from kubeflow.beam import BeamConfig
from pipeline import config as pipeline_config
from transforms.settings import Settings

PRESETS = pathlib.Path(__file__).parent / "presets"
IMAGE_SCHEMAS = "/app/transforms/schemas"  # made in the Dockerfile
ROOT_SCHEMES = ("gs://", "s3://", "minio://")
_NAME = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"


class StepConfig(Settings):
    """Resources and retries of a step."""

    image: str | None = Field(default=None, description="Container image; none for the image of all steps.")
    cpu: float = Field(default=2.0, gt=0, description="Limit in cores.")
    memory_gb: float = Field(default=8.0, gt=0, description="Limit in 10^9 bytes.")
    gpus: int = Field(default=0, ge=0, description="Number of accelerators.")
    gpu_type: str = Field(default="nvidia.com/gpu", description="Name of the accelerator as a Kubernetes resource.")
    retries: int = Field(default=2, ge=0, le=10, description="Further attempts after a failure.")
    backoff_s: int = Field(default=60, ge=0, description="Seconds before the first further attempt, doubled with each.")


class WorkersConfig(StepConfig):
    """Resources, retries and number of the processes of a step."""

    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes that train together, each with these resources; above 1 the step starts a TFJob of "
        "Kubeflow's training operator.",
    )

    @property
    def replicas(self) -> int:
        """Number of devices that share a batch."""
        return self.workers * max(1, self.gpus)


def _trainer() -> StepConfig:
    return StepConfig(cpu=8.0, memory_gb=32.0)


def _trainer_of_towers() -> WorkersConfig:
    return WorkersConfig(cpu=8.0, memory_gb=32.0)


class KubeflowConfig(Settings):
    """Settings of the cluster."""

    image: str = Field(default="lookbook:0.1.0", description="Container image of all steps, see kubeflow/Dockerfile.")
    pipeline_root: str | None = Field(
        default=None, description="Address of the artifacts: gs://, s3:// or minio://; none for the cluster's default."
    )
    volume_claim: str = Field(
        default="lookbook",
        description="PersistentVolumeClaim that every step mounts, readable and writable by several nodes.",
    )
    mount_path: str = Field(default="/mnt/lookbook", description="Path of the mounted volume.")
    data_dir: str = Field(
        default="/mnt/lookbook/data",
        description="Folder of the three CSVs below mount_path; default of the run's parameter data_dir.",
    )
    serving_dir: str = Field(
        default="/mnt/lookbook/serving/lookbook", description="Folder of the pushed versions below mount_path."
    )
    content_cache: str = Field(
        default="/mnt/lookbook/content", description="Folder of the vectors of photos below mount_path."
    )
    checkpoints: str = Field(
        default="/mnt/lookbook/checkpoints", description="Folder of the trainers' checkpoints below mount_path."
    )
    schemas: str = Field(default=IMAGE_SCHEMAS, description="Folder of the curated schemas inside the image.")
    beam: BeamConfig = Field(
        default_factory=BeamConfig, description="Beam runner of statistics, Transform and evaluation."
    )
    step: StepConfig = Field(default_factory=StepConfig, description="Resources of all steps except the trainers.")
    retrieval: WorkersConfig = Field(
        default_factory=_trainer_of_towers, description="Resources and workers of the towers' trainer."
    )
    ranking: StepConfig = Field(default_factory=_trainer, description="Resources of the ranking trainer.")

    @model_validator(mode="after")
    def _check_paths(self) -> KubeflowConfig:
        if self.pipeline_root is not None and not self.pipeline_root.startswith(ROOT_SCHEMES):
            raise ValueError(
                f"pipeline_root must begin with one of {', '.join(ROOT_SCHEMES)}: Kubeflow stores artifacts only in"
                f" buckets. Received: {self.pipeline_root!r}."
            )
        if not self.beam.is_local and not (self.pipeline_root or "").startswith("gs://"):
            raise ValueError(
                f"pipeline_root must begin with gs:// if beam.runner is {self.beam.runner}, whose workers read and"
                f" write the artifacts there. Received: {self.pipeline_root!r}."
            )
        if not re.fullmatch(_NAME, self.volume_claim):
            raise ValueError(
                "volume_claim must be a Kubernetes name of lower-case letters, digits, - and . only."
                f" Received: {self.volume_claim!r}."
            )
        mount = pathlib.PurePosixPath(self.mount_path)
        if not mount.is_absolute():
            raise ValueError(f"mount_path must be an absolute path. Received: {self.mount_path!r}.")
        for name in ("data_dir", "serving_dir", "checkpoints", "content_cache"):
            if mount not in pathlib.PurePosixPath(getattr(self, name)).parents:
                raise ValueError(
                    f"{name} must lie below mount_path, {mount}, the volume that is kept after a step; mount a bucket"
                    f" as a volume, see kubeflow/README.md. Received: {getattr(self, name)!r}."
                )
        return self

    def of_step(self, node_id: str) -> StepConfig:
        """The resources of the step with this id in the pipeline."""
        return {"retrieval": self.retrieval, "ranking": self.ranking}.get(node_id, self.step)


class CompileConfig(pipeline_config.PipelineConfig):
    """All settings of the pipeline and of the cluster."""

    kubeflow: KubeflowConfig = Field(default_factory=KubeflowConfig, description="Settings of the cluster.")

    @model_validator(mode="after")
    def _check_shares(self) -> CompileConfig:
        replicas = self.kubeflow.retrieval.replicas
        if self.retrieval.batch_size % replicas:
            raise ValueError(
                f"retrieval.batch_size must be a multiple of the replicas of the trainer, {replicas}, which are "
                f"kubeflow.retrieval.workers times gpus. Received: {self.retrieval.batch_size}."
            )
        return self


def load_config(preset: str | None, assignments: Sequence[str]) -> CompileConfig:
    """Resolves defaults, preset and assignments; arguments and errors as in `pipeline.config.load_settings`."""
    return pipeline_config.load_settings(CompileConfig, preset, assignments, [PRESETS, pipeline_config.PRESETS])


def preset_names() -> list[str]:
    """The names of all presets."""
    return pipeline_config.preset_names([PRESETS, pipeline_config.PRESETS])
