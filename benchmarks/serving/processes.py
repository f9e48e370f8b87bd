"""A model server and a load generator in their own processes, and their figures."""

import dataclasses
import json
import pathlib
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import psutil

from benchmarks.environment import ROOT
from benchmarks.serving.load import Demand, Load


@dataclasses.dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        target: its address.
        process: the front; workers are its descendants.
    """

    target: str
    process: psutil.Process

    def memory_mib(self) -> float:
        """Memory of front, worker host and workers; shared pages count once."""
        return sum(_proportional_bytes(process) for process in self._tree()) / 2**20

    def processor_s(self) -> float:
        """Processor time of all running processes of the server so far."""
        total = 0.0
        for process in self._tree():
            try:
                times = process.cpu_times()
                total += times.user + times.system
            except psutil.Error:
                continue
        return total

    def workers(self) -> set[int]:
        """Ids of the worker processes, the children of the worker host."""
        return {child.pid for host in self.process.children() for child in host.children()}

    def _tree(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


@contextmanager
def serving(base_path: pathlib.Path, *options: str) -> Iterator[Server]:
    """Serves the versions of a folder with the default settings until the block ends.

    Raises:
        RuntimeError: the server does not start.
    """
    command = [sys.executable, "-m", "serving.server", "--base-path", str(base_path), "--port", "0", *options]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert started.stdout is not None
        words = started.stdout.readline().split()
        if not words:
            raise RuntimeError(f"the server must start. Received: nothing from {' '.join(command)}.")
        yield Server(words[-1], psutil.Process(started.pid))
    finally:
        started.terminate()
        started.wait()


@contextmanager
def load_generator(demand: Demand) -> Iterator[subprocess.Popen[str]]:
    """Starts a load generator; read its output with `read_load`."""
    command = [sys.executable, "-m", "benchmarks.serving.load", json.dumps(dataclasses.asdict(demand))]
    client = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield client
    finally:
        client.kill()
        client.wait()


def read_load(client: "subprocess.Popen[str]") -> Load:
    """Waits for the load generator and reads its measurements.

    Raises:
        RuntimeError: the load generator failed.
    """
    text, _ = client.communicate()
    if client.returncode:
        raise RuntimeError(f"the load generator must exit with 0. Received: exit status {client.returncode}.")
    return Load(**json.loads(text))


def figures(load: Load, batch: int) -> dict[str, Any]:
    """Throughput and latencies of a load."""
    return {
        "requests": load.requests,
        "failures": load.failures,
        "short": load.short,
        "customers_per_s": load.requests * batch / load.seconds,
        **latencies(load.latencies_s),
    }


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Percentiles in milliseconds."""
    p50, p99, p999 = np.percentile(np.array(seconds) * 1e3, [50, 99, 99.9]) if len(seconds) else [float("nan")] * 3
    return {"p50_ms": float(p50), "p99_ms": float(p99), "p999_ms": float(p999)}


def _proportional_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0  # the process has just ended
