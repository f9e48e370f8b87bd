"""A model server that the console starts for itself, as a child process that ends with it."""

from __future__ import annotations

import contextlib
import ctypes
import pathlib
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

_STOP_S = 15
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class OwnModelServer:
    """The child process.

    Args:
        folder: folder of the versions; it may be created later.
        model_name: name of the model in requests.
        log: file for the log of the server.
        latest: number of newest versions to serve; two can be compared.
    """

    def __init__(self, folder: pathlib.Path, model_name: str, log: pathlib.Path, latest: int = 2) -> None:
        self._log = log
        self._address: str | None = None
        self._metrics: str | None = None
        command = [sys.executable, "-m", "serving.server", "--model-name", model_name]
        command += ["--base-path", str(folder.absolute()), "--port", "0", "--metrics-port", "0"]
        command += ["--latest", str(latest)]
        with log.open("w", encoding="utf-8") as stderr:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        threading.Thread(target=self._read_address, daemon=True).start()

    def address(self) -> str | None:
        """`host:port` of the server once it can answer; None before that and after its end."""
        return self._address if self._process.poll() is None else None

    def metrics_address(self) -> str | None:
        """`host:port` of the metrics; None before the server has one and after its end."""
        return self._metrics if self._process.poll() is None else None

    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def state(self) -> str:
        """Why there is no address, in a sentence or two."""
        if self.is_running():
            return "The model server is starting, or no version has been pushed yet. Reload the page in a moment."
        return f"The model server has ended. {self._log} has the cause; start the console again."

    def stop(self) -> None:
        """Ends the server and waits for its end."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read_address(self) -> None:
        """Reads the lines that the server prints: `metrics on 127.0.0.1:9100`, `serving lookbook on 127.0.0.1:8500`."""
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):  # the pipe was closed
            for line in self._process.stdout:
                what, found, address = line.strip().rpartition(" on ")
                if what == "metrics":
                    self._metrics = address
                elif found:
                    self._address = address


@contextlib.contextmanager
def own_model_server(folder: pathlib.Path, model_name: str, log: pathlib.Path) -> Iterator[OwnModelServer]:
    """Runs a model server while the block runs.

    Args:
        folder: as in `OwnModelServer`.
        model_name: as in `OwnModelServer`.
        log: as in `OwnModelServer`.
    """
    server = OwnModelServer(folder, model_name, log)
    try:
        yield server
    finally:
        server.stop()


def _end_with_parent() -> None:
    """Makes the kernel send SIGTERM to this process when the console dies, even if it is killed."""
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
