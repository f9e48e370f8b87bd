"""Beam on a cluster: where statistics, Transform and evaluation are computed, and Beam's own words for it."""

from __future__ import annotations

import dataclasses

from transforms.errors import ConfigError

RUNNERS = ("local", "dataflow", "flink", "spark")
LOCAL_ARGS = ("--runner=apache_beam.runners.portability.fn_api_runner.fn_runner.FnApiRunner",)
SETUP_FILE = "/app/setup.py"  # made in the Dockerfile
WORKER_PLUGIN = "kubeflow.beam_worker"  # each worker imports it before anything else
# What a runner cannot do without.
_NEEDED = {
    "dataflow": ("project", "region", "temp_location"),
    "flink": ("master", "temp_location"),
    "spark": ("job_endpoint", "temp_location"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class BeamConfig:
    """Where Beam's steps are computed.

    Attributes:
        runner: local (in the step's container), dataflow, flink or spark.
        temp_location: folder of a bucket for what is on its way, gs://.
        project: Google Cloud project of Dataflow.
        region: region of Dataflow.
        service_account: whom Dataflow's workers act as; None for the project's default.
        machine_type: of Dataflow's workers; None for its default.
        max_workers: most workers of Dataflow, parallelism of Flink and Spark; above 0.
        worker_image: container image of the workers, see the target `worker` of `kubeflow/Dockerfile`; None for
            Beam's own, which then installs what the setup file asks for.
        master: address of Flink's job manager, such as flink-jobmanager:8081.
        job_endpoint: address of Beam's job server for Spark, such as beam-spark-job-server:8099.
        worker_pool: address at which each task manager or executor finds its Beam workers, a container beside it.
        setup_file: of this project inside the image; the workers install it.
        args: further arguments of Beam's, as they are.
    """

    runner: str = "local"
    temp_location: str | None = None
    project: str | None = None
    region: str | None = None
    service_account: str | None = None
    machine_type: str | None = None
    max_workers: int = 8
    worker_image: str | None = None
    master: str | None = None
    job_endpoint: str | None = None
    worker_pool: str = "localhost:50000"
    setup_file: str = SETUP_FILE
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Checks that the runner has what it needs."""
        if self.runner not in RUNNERS:
            raise ConfigError(f"beam.runner must be one of {', '.join(RUNNERS)}; received {self.runner!r}")
        missing = [name for name in _NEEDED.get(self.runner, ()) if not getattr(self, name)]
        if missing:
            settings = " ".join(f"--set kubeflow.beam.{name}=..." for name in missing)
            raise ConfigError(f"beam.{' and beam.'.join(missing)} must be given for {self.runner}: {settings}")
        if self.temp_location is not None and not self.temp_location.startswith("gs://"):
            raise ConfigError(
                "beam.temp_location must begin with gs://, the bucket that Beam and the pinned TensorFlow both read;"
                f" received {self.temp_location!r}"
            )
        if self.max_workers < 1:
            raise ConfigError(f"beam.max_workers must be above 0; received {self.max_workers}")
        odd = [word for word in self.args if not word.startswith("--")]
        if odd:
            raise ConfigError(f"beam.args must each begin with --, as in --name=value; received {', '.join(odd)}")

    @property
    def is_local(self) -> bool:
        """Whether the step's own container computes."""
        return self.runner == "local"


def beam_args(config: BeamConfig) -> tuple[str, ...]:
    """The arguments of a step that uses Beam.

    Args:
        config: the runner and what it needs.

    Returns:
        Flags of Beam's `PipelineOptions`.
    """
    if config.is_local:
        return (*LOCAL_ARGS, *config.args)
    words: dict[str, object] = {
        "runner": {"dataflow": "DataflowRunner", "flink": "FlinkRunner", "spark": "PortableRunner"}[config.runner],
        "setup_file": config.setup_file,
        "temp_location": config.temp_location,
        "beam_plugins": WORKER_PLUGIN,
    }
    if config.runner == "dataflow":
        words |= {
            "project": config.project,
            "region": config.region,
            "staging_location": config.temp_location,
            "service_account_email": config.service_account,
            "worker_machine_type": config.machine_type,
            "max_num_workers": config.max_workers,
            "sdk_container_image": config.worker_image,
        }
    else:
        # The workers run in containers of their own beside Flink's and Spark's, which have no Python of ours.
        words |= {"environment_type": "EXTERNAL", "environment_config": config.worker_pool}
    if config.runner == "flink":
        words |= {"flink_master": config.master, "parallelism": config.max_workers}
    if config.runner == "spark":
        words |= {"job_endpoint": config.job_endpoint, "sdk_worker_parallelism": config.max_workers}
    flags = tuple(f"--{name}={value}" for name, value in words.items() if value is not None)
    # The jar goes to the job manager by REST: the image has no Java.
    uber_jar = ("--flink_submit_uber_jar",) if config.runner == "flink" else ()
    return (*flags, *uber_jar, *config.args)
