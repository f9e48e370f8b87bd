"""The front's side of the worker host: starts the host, makes it fork workers, replaces it if it hangs."""

from __future__ import annotations

import base64
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import grpc

from serving.errors import StatusError, code_of
from serving.server import frames
from serving.server.process_handle import ProcessHandle
from serving.server.readable import wait_readable
from serving.server.served_worker import Worker
from serving.server.worker import WorkerSpec
from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT

_ENVIRONMENT = {  # must be set before TensorFlow and numpy are imported
    **TENSORFLOW_ENVIRONMENT,
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OPENBLAS_NUM_THREADS": "1",  # a thread pool started at import would not survive the fork
}
START_TIMEOUT_S = 120.0  # timeout of the worker host's import of TensorFlow
FORK_TIMEOUT_S = 10.0  # timeout of a fork after the import; a fork takes milliseconds

_log = logging.getLogger(__name__)


class WorkerHost:
    """The worker host process; it is restarted if it ends. As a context manager it runs until the end of the block."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._has_forked = False  # if True, the process has imported TensorFlow
        self._started_s = 0.0

    def start(self) -> None:
        """Starts the process and returns while it imports TensorFlow."""
        with self._lock:
            self._ensure()

    def __enter__(self) -> WorkerHost:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def load(self, spec: WorkerSpec, timeout_s: float, cancelled: Callable[[], bool]) -> Worker:
        """Forks a worker, which loads and warms up a version.

        Args:
            spec: version and settings of the worker.
            timeout_s: timeout in seconds, including the start of the worker host.
            cancelled: called periodically; True cancels loading.

        Raises:
            StatusError: the version failed to load, did not load within `timeout_s`, or loading was cancelled.
        """
        end_s = time.monotonic() + timeout_s
        control, process = self._forked(spec, end_s, cancelled, timeout_s)
        try:
            _wait_readable(control, end_s, cancelled, spec, timeout_s)
            report = json.loads(frames.receive_exactly(control)[1])
            if not report["ok"]:
                raise StatusError(code_of(report["code"]), report["message"])
            signatures = base64.b64decode(report["signatures"])
            return Worker(control, process, report["load_s"], report["warmup_records"], signatures)
        except BaseException as error:
            control.close()
            process.kill()
            if isinstance(error, EOFError | OSError):
                message = f"the process loading version {spec.version} ended: {error}"
                raise StatusError(grpc.StatusCode.INTERNAL, message) from error
            raise

    def revive(self) -> None:
        """Restarts the process if it has ended unexpectedly."""
        with self._lock:
            if self._process is not None:
                self._ensure()

    def _forked(
        self, spec: WorkerSpec, end_s: float, cancelled: Callable[[], bool], timeout_s: float
    ) -> tuple[socket.socket, ProcessHandle]:
        """Control socket and process of a worker that starts loading; replaces a hanging host once."""
        for last in (False, True):
            ours, theirs = socket.socketpair()
            host: subprocess.Popen[bytes] | None = None
            try:
                with self._lock, theirs:
                    requests = self._ensure()
                    host, fork_timeout_s = self._process, self._fork_timeout_s()
                    socket.send_fds(requests, [spec.to_json()], [theirs.fileno()], socket.MSG_DONTWAIT)
                _wait_readable(ours, min(end_s, time.monotonic() + fork_timeout_s), cancelled, spec, timeout_s)
                process = ProcessHandle(json.loads(frames.receive_exactly(ours)[1])["pid"])
            except (EOFError, OSError, StatusError) as error:
                ours.close()
                if isinstance(error, StatusError) and error.code is not grpc.StatusCode.DEADLINE_EXCEEDED:
                    raise  # cancelled
                self._replace(host)
                if last or time.monotonic() >= end_s:
                    if isinstance(error, StatusError):
                        raise
                    message = f"the process loading version {spec.version} did not start: {error}"
                    raise StatusError(grpc.StatusCode.INTERNAL, message) from error
                continue
            with self._lock:
                self._has_forked = self._has_forked or host is self._process
            return ours, process
        raise AssertionError("the loop returns or raises")

    def _fork_timeout_s(self) -> float:
        """Timeout of a fork in seconds; short if the host has imported TensorFlow."""
        if self._has_forked:
            return FORK_TIMEOUT_S
        return max(FORK_TIMEOUT_S, self._started_s + START_TIMEOUT_S - time.monotonic())

    def _replace(self, host: subprocess.Popen[bytes] | None) -> None:
        """Ends a host that hangs or has ended; keeps one that may still be importing TensorFlow."""
        with self._lock:
            if host is None or host is not self._process:
                return
            importing = not self._has_forked and time.monotonic() < self._started_s + START_TIMEOUT_S
            if host.poll() is None and importing:
                return
            _log.error("the worker host, process %d, does not answer; starting another", host.pid)
            self._end()
            self._ensure()

    def stop(self) -> None:
        """Ends the process; its workers run until they are closed."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.kill()  # it has no state to save
            self._process.wait()
        self._process, self._socket, self._has_forked = None, None, False

    def _ensure(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None or self._socket is None:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._started_s = time.monotonic()
            root = str(Path(__file__).resolve().parent.parent)
            path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "serving.server.worker_host", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": path},
                    stdin=subprocess.DEVNULL,
                    stdout=2,  # the stdout of the front is for its own output
                    start_new_session=True,  # Ctrl-C reaches only the front, which lets requests end first
                )
        return self._socket


def _wait_readable(
    sock: socket.socket, end_s: float, cancelled: Callable[[], bool], spec: WorkerSpec, timeout_s: float
) -> None:
    while not wait_readable(sock, 0.05):
        if cancelled():
            raise StatusError(grpc.StatusCode.CANCELLED, f"loading version {spec.version} was cancelled")
        if time.monotonic() > end_s:
            message = f"version {spec.version} did not load within {timeout_s:g} s"
            raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, message)
