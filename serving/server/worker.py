"""The process that serves one version: loads it, warms it up, and answers requests.

A process that loads and drops models grows by hundreds of MB a swap. The memory of a worker is freed when its process
ends. A worker is forked from the worker host, which has imported TensorFlow and started no session.

Protocol of the control socket:

- worker to front: a STARTED frame (JSON with the process id), then a REPORT frame after loading (JSON with the loaded
  version, or with code and message of the error), then one PING byte for each PING byte received;
- front to worker: one byte with a connected socket for each new connection, and PING bytes.

The worker ends when the front closes the control socket, also while it loads.

Protocol of a connection:

- front to worker: PREDICT frames with the deadline (CLOCK_MONOTONIC seconds, float64) and the PredictRequest;
- worker to front: frames whose kind is the gRPC status code, with the PredictResponse if it is 0 and the error message
  otherwise.

The front cancels a request by shutting down its side of the connection.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import json
import os
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from serving.errors import StatusError
from serving.server import frames

REPORT, PREDICT, STARTED = 1, 2, 3
PING = b"p"
DEADLINE = struct.Struct("<d")
_OK, _DEADLINE_EXCEEDED, _INTERNAL = 0, 4, 13


@dataclasses.dataclass(frozen=True, kw_only=True)
class WorkerSpec:
    """Version and settings of a worker; see `ServerConfig` for the settings.

    Attributes:
        path: folder of the version.
        version: number of the version.
        max_batch: largest first dimension of an input.
        threads: number of TensorFlow's threads; 0 for TensorFlow's default.
        joined_rows: maximum number of rows of a joined run of the graph; 1 for no joining.
        joined_runs: maximum number of joined runs at the same time; 0 for one for every two processors.
        max_rows_in_flight: limit of rows in flight, over all requests.
    """

    path: str
    version: int
    max_batch: int
    threads: int = 0
    joined_rows: int = 1
    joined_runs: int = 0
    max_rows_in_flight: int = 8192

    def to_json(self) -> bytes:
        """Encodes the specification for the worker host."""
        return json.dumps(dataclasses.asdict(self)).encode()

    @staticmethod
    def from_json(text: bytes) -> WorkerSpec:
        """Decodes the output of `to_json`."""
        return WorkerSpec(**json.loads(text))


def run(spec: WorkerSpec, control: socket.socket) -> None:
    """Loads a version and serves it until the front closes the control socket."""
    loaded: Future[Any] = Future()
    try:
        frames.send(control, STARTED, json.dumps({"pid": os.getpid()}).encode())
        listener = threading.Thread(target=_listen, args=(control, loaded), name="control", daemon=True)
        listener.start()
        loaded.set_result(_load(spec, control))
    except StatusError as error:
        _report(control, {"ok": False, "code": error.code.value[0], "message": error.message})
        return
    except BrokenPipeError:  # the front has closed the control socket
        return
    listener.join()


def _listen(control: socket.socket, loaded: Future[Any]) -> None:
    """Answers heartbeats and accepts connections; ends the process when the front closes the socket."""
    try:
        while True:
            data, fds, _, _ = socket.recv_fds(control, 1, 1)
            if not data:
                break
            if data == PING:
                control.send(PING)
            for fd in fds:
                arguments = loaded.result(), socket.socket(fileno=fd)
                threading.Thread(target=_answer, args=arguments, daemon=True).start()
    except OSError:
        pass  # the front has ended
    sys.stderr.flush()
    os._exit(0)  # without waiting for other threads


def _load(spec: WorkerSpec, control: socket.socket) -> Any:
    from serving.server.predictor import Predictor

    start_s = time.monotonic()
    settings = {k: v for k, v in dataclasses.asdict(spec).items() if k not in ("path", "version")}
    predictor = Predictor(spec.path, spec.version, **settings)
    records = predictor.warm_up()
    seconds = time.monotonic() - start_s
    signatures = predictor.signature_map
    report = {"ok": True, "pid": os.getpid(), "load_s": seconds, "warmup_records": records}
    _report(control, {**report, "signatures": base64.b64encode(signatures).decode()})
    return predictor


def _report(control: socket.socket, report: dict[str, Any]) -> None:
    frames.send(control, REPORT, json.dumps(report).encode())


def _answer(predictor: Any, connection: socket.socket) -> None:
    with connection:
        while True:
            try:
                _, payload = frames.receive(connection)
                frames.send(connection, *_result(predictor, payload, functools.partial(_cancelled, connection)))
            except (EOFError, OSError):
                return  # the front has closed this connection


def _cancelled(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _result(predictor: Any, payload: bytes, cancelled: Callable[[], bool]) -> tuple[int, bytes]:
    (deadline_s,) = DEADLINE.unpack_from(payload)
    timeout_s = deadline_s - time.monotonic()
    if timeout_s <= 0:
        return _DEADLINE_EXCEEDED, b"Deadline Exceeded"
    try:
        return _OK, predictor.predict(payload[DEADLINE.size :], timeout_s, cancelled)
    except StatusError as error:
        return error.code.value[0], error.message.encode()
    except Exception as error:  # one invalid request must not end the connection or the process
        traceback.print_exc(file=sys.stderr)
        return _INTERNAL, f"{type(error).__name__}: {error}".encode()
