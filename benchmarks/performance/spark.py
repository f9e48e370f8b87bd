"""The Spark cluster of the comparison with DuckDB: two workers of this machine, each with one executor of one core."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import shutil
from collections.abc import Iterator, Sequence

import psutil

from benchmarks.spark_cluster import DRIVER_OPTIONS, spark_cluster

WORKERS, CORES, MEMORY_GIB = 2, 1, 4.0


@dataclasses.dataclass(frozen=True)
class Cluster:
    """A running cluster.

    Attributes:
        assignments: settings of a run that uses it.
        processes: its processes, whose descendants are the executors.
    """

    assignments: Sequence[str]
    processes: Sequence[psutil.Process]


@contextlib.contextmanager
def cluster(folder: pathlib.Path) -> Iterator[Cluster]:
    """Runs the cluster, which ends with the context.

    Args:
        folder: folder for its files; it is emptied before and removed after.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shared = folder / "shared"
    shared.mkdir(parents=True)
    try:
        with spark_cluster(folder / "work", workers=WORKERS, cores=CORES, memory_gib=MEMORY_GIB) as running:
            assignments = (
                "features.engine=spark",
                f"features.spark_master={running.url}",
                f"features.spark_folder={shared}",
                f"features.spark_executor_memory_gib={MEMORY_GIB}",
                f"features.spark_options={json.dumps(DRIVER_OPTIONS)}",
            )
            yield Cluster(assignments, running.processes)
    finally:
        shutil.rmtree(folder)
