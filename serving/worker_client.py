"""The front's side of the workers: starts the worker host, has versions loaded, passes requests through."""

from __future__ import annotations

import base64
import collections
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc

from serving import frames
from serving.errors import StatusError, code_of
from serving.tensorflow_environment import TENSORFLOW_ENVIRONMENT
from serving.worker import DEADLINE, PREDICT, WorkerSpec

_ENVIRONMENT = {  # before TensorFlow and numpy are imported
    **TENSORFLOW_ENVIRONMENT,
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OPENBLAS_NUM_THREADS": "1",  # a thread pool made at import would not survive the fork
}
_SLACK_S = 0.25  # the worker gives up at the deadline itself, and says so; waiting for that keeps the connection


class WorkerHost:
    """The worker host process; restarted if it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def start(self) -> None:
        """Starts the process; it imports TensorFlow while the caller goes on."""
        with self._lock:
            self._ensure()

    def load(self, spec: WorkerSpec, timeout_s: float, cancelled: Callable[[], bool]) -> Worker:
        """A worker that has loaded and warmed up a version.

        Args:
            spec: what to load.
            timeout_s: for all of it, and for the worker host to come up.
            cancelled: asked now and then; True gives up.

        Raises:
            StatusError: it failed to, took longer than `timeout_s`, or was cancelled.

        """
        ours, theirs = socket.socketpair()
        try:
            with self._lock, theirs:
                socket.send_fds(self._ensure(), [spec.to_json()], [theirs.fileno()])
            _wait_readable(ours, timeout_s, cancelled, spec)
            report = json.loads(frames.receive(ours)[1])
            if not report["ok"]:
                raise StatusError(code_of(report["code"]), report["message"])
            signatures = base64.b64decode(report["signatures"])
        except StatusError:
            ours.close()
            raise
        except (EOFError, OSError) as error:
            ours.close()
            message = f"the process loading version {spec.version} ended: {error}"
            raise StatusError(grpc.StatusCode.INTERNAL, message) from error
        return Worker(ours, report["pid"], report["load_s"], report["warmup_records"], signatures)

    def stop(self) -> None:
        """Ends the process; workers already forked go on until they are closed."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()
            if self._process is not None:
                self._process.kill()  # it holds nothing, and may be in the middle of an import
                self._process.wait()
            self._process = self._socket = None

    def _ensure(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._process = None
        if self._process is None or self._socket is None:
            self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            root = str(Path(__file__).resolve().parent.parent)
            path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "serving.worker_host", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, **_ENVIRONMENT, "PYTHONPATH": path},
                    stdin=subprocess.DEVNULL,
                    stdout=2,  # the front's stdout belongs to its caller
                    start_new_session=True,  # Ctrl-C reaches the front alone, which lets requests end first
                )
        return self._socket


class Worker:
    """A loaded version in its process.

    Attributes:
        pid: of the process.
        load_s: what loading and warming up took.
        warmup_records: how many requests it was warmed up with.
        signatures: serialised SignatureDefMap.

    """

    def __init__(self, control: socket.socket, pid: int, load_s: float, warmup_records: int, signatures: bytes) -> None:
        self.pid, self.load_s, self.warmup_records, self.signatures = pid, load_s, warmup_records, signatures
        self._control = control
        self._idle: collections.deque[socket.socket] = collections.deque()
        self._state = threading.Condition()
        self._in_flight = 0
        self._closing = False

    @property
    def alive(self) -> bool:
        """Whether the process still holds its end of the control socket."""
        with self._state:
            if self._closing:
                return False
            readable, _, _ = select.select([self._control], [], [], 0)
            return not readable  # a worker says nothing after its report: readable means end of file

    @contextmanager
    def lease(self) -> Iterator[bool]:
        """Holds the worker open while a request is on its way; gives False if it is already closing."""
        with self._state:
            open_ = not self._closing
            self._in_flight += open_
        try:
            yield open_
        finally:
            if open_:
                with self._state:
                    self._in_flight -= 1
                    if self._closing:
                        self._state.notify_all()

    def predict(self, request: bytes, deadline_s: float) -> bytes:
        """The serialised PredictResponse to a serialised PredictRequest.

        Args:
            request: passed through unread.
            deadline_s: by `time.monotonic()`.

        Raises:
            StatusError: the worker's own status; DEADLINE_EXCEEDED; UNAVAILABLE if the process has gone.

        """
        connection = None
        try:
            connection = self._idle.pop() if self._idle else self._connect()
            connection.settimeout(max(deadline_s - time.monotonic(), 0.0) + _SLACK_S)
            frames.send(connection, PREDICT, DEADLINE.pack(deadline_s) + request)
            status, payload = frames.receive(connection)
        except (OSError, EOFError, IndexError) as error:
            if connection is not None:
                connection.close()  # its late answer must not be taken for the next one's
            if isinstance(error, TimeoutError):
                raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded") from error
            message = "the process serving this version ended; it is being restarted"
            raise StatusError(grpc.StatusCode.UNAVAILABLE, message) from error
        self._idle.append(connection)
        if status:
            raise StatusError(code_of(status), payload.decode(errors="replace"))
        return payload

    def close(self, grace_s: float) -> None:
        """Ends the process once no request is on its way, or after `grace_s`."""
        with self._state:
            self._closing = True
            self._state.wait_for(lambda: self._in_flight == 0, timeout=grace_s)
        self._control.close()
        while self._idle:
            self._idle.pop().close()

    def _connect(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"c"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        return ours


def _wait_readable(sock: socket.socket, timeout_s: float, cancelled: Callable[[], bool], spec: WorkerSpec) -> None:
    end_s = time.monotonic() + timeout_s
    while not select.select([sock], [], [], 0.05)[0]:
        if cancelled():
            raise StatusError(grpc.StatusCode.CANCELLED, f"loading version {spec.version} was given up")
        if time.monotonic() > end_s:
            message = f"version {spec.version} did not load within {timeout_s:g} s"
            raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, message)
