"""A standalone Spark cluster in processes of this machine: a master and workers, from the scripts of the pyspark wheel.

Each application gets one executor on each worker, a process of its own with its own heap. All addresses are of the
loopback interface, all ports ephemeral.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence

import psutil

# Options of an application whose driver is on the same machine.
DRIVER_OPTIONS = ("spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1")
_ENVIRONMENT = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
_EXECUTOR = re.compile(r"--executor-id (\d+)")


@dataclasses.dataclass(frozen=True)
class SparkWorker:
    """A worker of the cluster."""

    process: psutil.Process

    def executors(self) -> dict[str, psutil.Process]:
        """The running executors of the worker by their ids."""
        found = {}
        for child in self.process.children():
            with contextlib.suppress(psutil.Error):  # it has just ended
                if match := _EXECUTOR.search(" ".join(child.cmdline())):
                    found[match[1]] = child
        return found

    def kill(self) -> None:
        """Kills the worker and its executors at once, as if its machine failed, and waits until it has ended."""
        for process in (self.process, *self.process.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


@dataclasses.dataclass(frozen=True)
class SparkCluster:
    """A running cluster.

    Attributes:
        url: URL of the master, `spark://127.0.0.1:port`.
        master: the master's process.
        workers: the workers.
    """

    url: str
    master: psutil.Process
    workers: Sequence[SparkWorker]

    @property
    def processes(self) -> list[psutil.Process]:
        """The master's process and those of the workers."""
        return [self.master, *(worker.process for worker in self.workers)]


@contextlib.contextmanager
def spark_cluster(folder: pathlib.Path, *, workers: int, cores: int, memory_gib: float) -> Iterator[SparkCluster]:
    """Runs a master and workers, which end with the context.

    Args:
        folder: folder for the logs and the files of the executors.
        workers: number of workers.
        cores: cores of each worker.
        memory_gib: memory that each worker gives to executors, in GiB.

    Raises:
        RuntimeError: a process ended before it was ready. The message has its output.
    """
    import pyspark

    program = str(pathlib.Path(pyspark.__file__).parent / "bin" / "spark-class")
    addresses = ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    size = ["--cores", str(cores), "--memory", f"{round(memory_gib * 1024)}m", "--work-dir", str(folder)]
    with contextlib.ExitStack() as stack:
        master = [program, "org.apache.spark.deploy.master.Master", *addresses]
        process, found = _started(stack, master, r"Starting Spark master at (spark://\S+)")
        worker = [program, "org.apache.spark.deploy.worker.Worker", *addresses, *size, found[1]]
        started = [_started(stack, worker, r"Successfully registered with master")[0] for _ in range(workers)]
        yield SparkCluster(found[1], process, [SparkWorker(each) for each in started])


def _started(stack: contextlib.ExitStack, command: Sequence[str], awaited: str) -> tuple[psutil.Process, re.Match[str]]:
    """Starts a process that ends with the stack; returns it and the first match of `awaited` in its output."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={**os.environ, **_ENVIRONMENT}
    )
    stack.callback(process.wait)
    stack.callback(process.terminate)
    output = []
    assert process.stderr is not None
    for line in process.stderr:
        output.append(line)
        if found := re.search(awaited, line):
            # Drains the pipe, or the process would block.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return psutil.Process(process.pid), found
    raise RuntimeError(f"{' '.join(command)} must start. Received:\n{''.join(output)}")
