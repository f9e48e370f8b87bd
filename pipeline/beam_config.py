"""Settings of Beam on this machine, and their conversion to Beam's arguments."""

from __future__ import annotations

from pydantic import Field, model_validator

from transforms.settings import Settings

PROGRESS_RUNNER = "--runner=pipeline.progress_beam.ProgressRunner"
_MODE, _WORKERS = "--direct_running_mode=multi_processing", "--direct_num_workers="


class BeamConfig(Settings):
    """Where statistics, Transform and evaluation run. `lookbook compile` reads `kubeflow.beam` instead."""

    workers: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="Processes of Beam on this machine. 1 is the process of the run; from 2 on, each is a process of "
        "its own with its own memory.",
    )
    args: tuple[str, ...] = Field(
        default=(),
        strict=False,
        description="Further arguments of Beam, passed on unchanged; each begins with --. With --runner=..., Beam's "
        "own processes are not used, and workers must be 1.",
    )

    @model_validator(mode="after")
    def _check_args(self) -> BeamConfig:
        odd = [word for word in self.args if not word.startswith("--")]
        if odd:
            raise ValueError(f"args must each begin with --, as in --name=value. Received: {', '.join(odd)}.")
        if self.workers > 1 and self.has_runner:
            raise ValueError(f"workers must be 1 if args name a runner. Received: {self.workers}.")
        return self

    @property
    def has_runner(self) -> bool:
        """Whether the arguments name a runner."""
        return any(word.split("=")[0] == "--runner" for word in self.args)


def beam_args(config: BeamConfig) -> tuple[str, ...]:
    """Returns the arguments of the steps that use Beam.

    >>> beam_args(BeamConfig(workers=2))[1:]
    ('--direct_running_mode=multi_processing', '--direct_num_workers=2')

    Args:
        config: settings.

    Returns:
        Flags of Beam's `PipelineOptions`.
    """
    if config.has_runner:
        return config.args
    processes = (_MODE, f"{_WORKERS}{config.workers}") if config.workers > 1 else ()
    return (PROGRESS_RUNNER, *processes, *config.args)
