"""The process that serves one version: loads it, warms it up, answers on the sockets it is handed.

Loading and dropping models in one process grows its memory by hundreds of MB a swap; memory that belongs to a
process goes with it. A worker is forked from the worker host, which has imported TensorFlow but run nothing.

The control socket carries a STARTED frame to the front (JSON: the process id) and, after loading, a REPORT frame
(JSON: what was loaded, or code and message); from the front one byte with a connected socket for each connection,
and PING bytes, each answered by one. When the front closes it, the worker ends, also while it loads.
On a connection: PREDICT frames (deadline as CLOCK_MONOTONIC seconds, float64, then the PredictRequest) in,
frames of kind gRPC status code out (0: the PredictResponse, else the message). A front that shuts its side down
while it waits for an answer does not want it any more.
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
    """What a worker is to load.

    Attributes:
        path: folder of the version.
        version: its number.
        max_batch: largest first dimension of an input.
        threads: of TensorFlow; 0 leaves it to TensorFlow.
        joined_rows: rows of small requests that are answered in one run of the graph; 1 for no joining.
        joined_runs: such runs at once; 0 for one for every two processors.
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
        """As the worker host receives it."""
        return json.dumps(dataclasses.asdict(self)).encode()

    @staticmethod
    def from_json(text: bytes) -> WorkerSpec:
        """The inverse of `to_json`."""
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
    except BrokenPipeError:  # the front has given up waiting
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
                frames.send(connection, *_result(predictor, payload, functools.partial(_unwanted, connection)))
            except (EOFError, OSError):
                return  # the front gave up this connection


def _unwanted(connection: socket.socket) -> bool:
    try:
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True


def _result(predictor: Any, payload: bytes, unwanted: Callable[[], bool]) -> tuple[int, bytes]:
    (deadline_s,) = DEADLINE.unpack_from(payload)
    timeout_s = deadline_s - time.monotonic()
    if timeout_s <= 0:
        return _DEADLINE_EXCEEDED, b"Deadline Exceeded"
    try:
        return _OK, predictor.predict(payload[DEADLINE.size :], timeout_s, unwanted)
    except StatusError as error:
        return error.code.value[0], error.message.encode()
    except Exception as error:  # one bad request must not end the connection, let alone the process
        traceback.print_exc(file=sys.stderr)
        return _INTERNAL, f"{type(error).__name__}: {error}".encode()
