"""The process that workers are forked from: it imports TensorFlow and runs nothing.

A forked worker is ready within milliseconds and shares the library's memory. A new process would need seconds of
processor time for the import, in the middle of a swap. Forking is safe because this process starts no TensorFlow
session and no gRPC.

    python -m serving.server.worker_host FD

FD is a socket that receives each WorkerSpec together with the worker's control socket. The host ends when the front
closes the socket.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import socket
import sys
import traceback

from serving.server import worker

MAX_SPEC_BYTES = 65536
_PRELOADED = ("tensorflow", "tensorflow_serving.apis.get_model_metadata_pb2", "serving.server.predictor")


def main(fd: int) -> None:
    """Forks a worker for each spec received; ends when the front closes the socket."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system reaps the workers
    requests = socket.socket(fileno=fd)
    for module in _PRELOADED:
        importlib.import_module(module)
    # TensorFlow warns of deprecated functions that serving needs and the pinned version has.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    while True:
        text, fds, _, _ = socket.recv_fds(requests, MAX_SPEC_BYTES, 1)
        if not text:
            os._exit(0)  # unloading TensorFlow would take seconds
        control = socket.socket(fileno=fds[0])
        if os.fork() == 0:
            requests.close()
            _run_worker(worker.WorkerSpec.from_json(text), control)
        control.close()


def _run_worker(spec: worker.WorkerSpec, control: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    status = 1
    try:
        worker.run(spec, control)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)  # skips the host's atexit handlers


if __name__ == "__main__":
    main(int(sys.argv[1]))
