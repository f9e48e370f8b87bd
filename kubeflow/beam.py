"""Settings of the Beam runner on a cluster, and their conversion to Beam's arguments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from transforms.settings import Settings

LOCAL_ARGS = ("--runner=apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner",)
SETUP_FILE = "/app/setup.py"  # made in the Dockerfile
WORKER_PLUGIN = "kubeflow.beam_worker"  # each worker imports it before anything else
# Settings that a runner requires.
_NEEDED = {
    "dataflow": ("project", "region", "temp_location"),
    "flink": ("master", "temp_location"),
    "spark": ("job_endpoint", "temp_location"),
}


class BeamConfig(Settings):
    """Settings of the Beam runner of statistics, Transform and evaluation."""

    runner: Literal["local", "dataflow", "flink", "spark"] = Field(
        default="local", description="Beam runner; local is the step's own container."
    )
    temp_location: str | None = Field(default=None, description="Folder of a bucket for temporary files, gs://.")
    project: str | None = Field(default=None, description="Google Cloud project of Dataflow.")
    region: str | None = Field(default=None, description="Region of Dataflow.")
    service_account: str | None = Field(
        default=None, description="Service account of Dataflow's workers; none for the project's default."
    )
    machine_type: str | None = Field(
        default=None, description="Machine type of Dataflow's workers; none for Dataflow's default."
    )
    max_workers: int = Field(
        default=8, ge=1, description="Maximum number of Dataflow's workers; parallelism of Flink and Spark."
    )
    worker_image: str | None = Field(
        default=None,
        description="Container image of the workers, see the target worker of kubeflow/Dockerfile; none for Beam's "
        "own, which installs the packages of the setup file.",
    )
    master: str | None = Field(
        default=None, description="Address of Flink's job manager, such as flink-jobmanager:8081."
    )
    job_endpoint: str | None = Field(
        default=None, description="Address of Beam's job server for Spark, such as beam-spark-job-server:8099."
    )
    worker_pool: str = Field(
        default="localhost:50000", description="Address of the Beam workers beside each task manager or executor."
    )
    setup_file: str = Field(
        default=SETUP_FILE, description="Setup file of this project inside the image; the workers install it."
    )
    args: tuple[str, ...] = Field(
        default=(), strict=False, description="Further arguments of Beam, passed on unchanged; each begins with --."
    )

    @model_validator(mode="after")
    def _check_runner(self) -> BeamConfig:
        missing = [name for name in _NEEDED.get(self.runner, ()) if not getattr(self, name)]
        if missing:
            settings = " ".join(f"--set kubeflow.beam.{name}=..." for name in missing)
            raise ValueError(f"{' and '.join(missing)} must be given for {self.runner}: {settings}")
        if self.temp_location is not None and not self.temp_location.startswith("gs://"):
            raise ValueError(
                "temp_location must begin with gs://, the bucket that Beam and the pinned TensorFlow both read."
                f" Received: {self.temp_location!r}."
            )
        odd = [word for word in self.args if not word.startswith("--")]
        if odd:
            raise ValueError(f"args must each begin with --, as in --name=value. Received: {', '.join(odd)}.")
        return self

    @property
    def is_local(self) -> bool:
        """Whether Beam runs in the step's own container."""
        return self.runner == "local"


def beam_args(config: BeamConfig) -> tuple[str, ...]:
    """Returns the arguments of a step that uses Beam.

    Args:
        config: settings of the runner.

    Returns:
        Flags of Beam's `PipelineOptions`.
    """
    if config.is_local:
        return (*LOCAL_ARGS, *config.args)
    options: dict[str, object] = {
        "runner": {"dataflow": "DataflowRunner", "flink": "FlinkRunner", "spark": "PortableRunner"}[config.runner],
        "setup_file": config.setup_file,
        "temp_location": config.temp_location,
        "beam_plugins": WORKER_PLUGIN,
    }
    if config.runner == "dataflow":
        options |= {
            "project": config.project,
            "region": config.region,
            "staging_location": config.temp_location,
            "service_account_email": config.service_account,
            "worker_machine_type": config.machine_type,
            "max_num_workers": config.max_workers,
            "sdk_container_image": config.worker_image,
        }
    else:
        # The workers run in their own containers, because Flink's and Spark's do not have this project's Python.
        options |= {"environment_type": "EXTERNAL", "environment_config": config.worker_pool}
    if config.runner == "flink":
        options |= {"flink_master": config.master, "parallelism": config.max_workers}
    if config.runner == "spark":
        options |= {"job_endpoint": config.job_endpoint, "sdk_worker_parallelism": config.max_workers}
    flags = tuple(f"--{name}={value}" for name, value in options.items() if value is not None)
    # Flink gets the jar by REST, because the image has no Java.
    uber_jar = ("--flink_submit_uber_jar",) if config.runner == "flink" else ()
    return (*flags, *uber_jar, *config.args)
