"""What the pipeline on a cluster needs beyond its own settings: image, places, resources, retries.

`CompileConfig` is `PipelineConfig` with a section `kubeflow`, so that `--set` and a preset say both in one breath.
Presets are the TOML files of `kubeflow/presets/`, then those of `pipeline/presets/`.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
from collections.abc import Sequence
from typing import Any

import tomli

from kubeflow.beam import BeamConfig
from pipeline import config as pipeline_config
from pipeline.settings import parse_assignments, resolve
from transforms.errors import ConfigError

PRESETS = pathlib.Path(__file__).parent / "presets"
IMAGE_SCHEMAS = "/app/transforms/schemas"  # made in the Dockerfile
ROOT_SCHEMES = ("gs://", "s3://", "minio://")


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepConfig:
    """What one step gets on the cluster.

    Attributes:
        image: container image; None for that of all steps.
        cpu: limit in cores, above 0.
        memory_gb: limit in 10^9 bytes, above 0.
        gpus: accelerators, 0 or more.
        gpu_type: the accelerator's name as a Kubernetes resource.
        retries: further attempts after a failure, 0 to 10.
        backoff_s: seconds before the first further attempt, doubled with each; 0 or more.
    """

    image: str | None = None
    cpu: float = 2.0
    memory_gb: float = 8.0
    gpus: int = 0
    gpu_type: str = "nvidia.com/gpu"
    retries: int = 2
    backoff_s: int = 60

    def __post_init__(self) -> None:
        """Checks the ranges."""
        for name in ("cpu", "memory_gb"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"{name} must be above 0; received {getattr(self, name)}")
        if self.gpus < 0:
            raise ConfigError(f"gpus must be 0 or more; received {self.gpus}")
        if not 0 <= self.retries <= 10:
            raise ConfigError(f"retries must lie in [0, 10]; received {self.retries}")
        if self.backoff_s < 0:
            raise ConfigError(f"backoff_s must be 0 or more; received {self.backoff_s}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class KubeflowConfig:
    """The cluster's side of the pipeline.

    Attributes:
        image: container image of all steps, see `kubeflow/Dockerfile`.
        pipeline_root: where Kubeflow stores artifacts, gs://, s3:// or minio://; None for the cluster's default.
        volume_claim: PersistentVolumeClaim that every step mounts, as many nodes read and write it.
        mount_path: where it is mounted.
        data_dir: folder of the three CSVs below `mount_path`; default of the run's parameter `data_dir`.
        serving_dir: folder of the pushed versions below `mount_path`.
        checkpoints: folder of the trainers' checkpoints below `mount_path`.
        schemas: folder of the curated schemas inside the image.
        beam: where statistics, Transform and evaluation are computed.
        step: resources of every step but the trainers.
        retrieval: those of the towers' trainer.
        ranking: those of the ranking trainer.
    """

    image: str = "lookbook:0.1.0"
    pipeline_root: str | None = None
    volume_claim: str = "lookbook"
    mount_path: str = "/mnt/lookbook"
    data_dir: str = "/mnt/lookbook/data"
    serving_dir: str = "/mnt/lookbook/serving/lookbook"
    checkpoints: str = "/mnt/lookbook/checkpoints"
    schemas: str = IMAGE_SCHEMAS
    beam: BeamConfig = dataclasses.field(default_factory=BeamConfig)
    step: StepConfig = dataclasses.field(default_factory=StepConfig)
    retrieval: StepConfig = dataclasses.field(default_factory=lambda: StepConfig(cpu=8.0, memory_gb=32.0))
    ranking: StepConfig = dataclasses.field(default_factory=lambda: StepConfig(cpu=8.0, memory_gb=32.0))

    def __post_init__(self) -> None:
        """Checks that the places are where the steps can reach them."""
        if self.pipeline_root is not None and not self.pipeline_root.startswith(ROOT_SCHEMES):
            raise ConfigError(
                f"pipeline_root must begin with one of {', '.join(ROOT_SCHEMES)}, for Kubeflow stores artifacts in"
                f" buckets alone; received {self.pipeline_root!r}"
            )
        if not self.beam.is_local and not (self.pipeline_root or "").startswith("gs://"):
            raise ConfigError(
                f"pipeline_root must begin with gs:// where beam.runner is {self.beam.runner}, for its workers read "
                f"and write the artifacts there; received {self.pipeline_root!r}"
            )
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?", self.volume_claim):
            raise ConfigError(f"volume_claim must be a Kubernetes name; received {self.volume_claim!r}")
        mount = pathlib.PurePosixPath(self.mount_path)
        if not mount.is_absolute():
            raise ConfigError(f"mount_path must be an absolute path; received {self.mount_path!r}")
        for name in ("data_dir", "serving_dir", "checkpoints"):
            if mount not in pathlib.PurePosixPath(getattr(self, name)).parents:
                raise ConfigError(
                    f"{name} must lie below mount_path, {mount}, the volume that outlives a step; received"
                    f" {getattr(self, name)!r}; a bucket is mounted as a volume, see kubeflow/README.md"
                )

    def of_step(self, node_id: str) -> StepConfig:
        """The resources of a step, by its id in the pipeline."""
        return {"retrieval": self.retrieval, "ranking": self.ranking}.get(node_id, self.step)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CompileConfig(pipeline_config.PipelineConfig):
    """All settings of the pipeline and of the cluster.

    Attributes:
        kubeflow: the cluster's side.
    """

    kubeflow: KubeflowConfig = dataclasses.field(default_factory=KubeflowConfig)


def load_config(preset: str | None, assignments: Sequence[str]) -> CompileConfig:
    """Resolves defaults, preset and assignments, as `pipeline.config.load_config` does.

    Args:
        preset: one of `preset_names()`, the path of a TOML file ending in `.toml`, or None.
        assignments: `section.name=value`, the value as in TOML.

    Raises:
        ConfigError: the preset does not exist or is not TOML, or a setting is unknown or refused.
    """
    layers = [_read_preset(preset)] if preset else []
    return resolve(CompileConfig, [*layers, parse_assignments(assignments)])


def preset_names() -> list[str]:
    """The presets that come with the project."""
    return [*sorted(path.stem for path in PRESETS.glob("*.toml")), *pipeline_config.preset_names()]


def _read_preset(preset: str) -> dict[str, Any]:
    folders = [pathlib.Path()] if preset.endswith(".toml") else [PRESETS, pipeline_config.PRESETS]
    name = preset if preset.endswith(".toml") else f"{preset}.toml"
    path = next((folder / name for folder in folders if (folder / name).is_file()), None)
    if path is None and preset.endswith(".toml"):
        raise ConfigError(f"--preset must name an existing TOML file. Received: {preset!r}")
    if path is None:
        there = ", ".join(preset_names())
        raise ConfigError(f"preset must be one of ({there}) or the path of a .toml file; received {preset!r}")
    try:
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"preset {path} is not TOML: {error}") from error
