"""The judged model of the newest run, served by a child process from the first question on.

The pushed model knows all purchases, so its answers say nothing of how well it would have recommended them. The model
that the run judged knows those before the test week only. Its answers are those that the Evaluator judged.
"""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import threading
from collections.abc import Callable, Iterator

from console.artifacts import METADATA, find_judged_model
from console.model_server import OwnModelServer
from console.models import Models
from console.prepared import FOLDER

_VERSIONS = "judged"
_LOG = "judged_model_server.log"


class JudgedModel:
    """The model, with its day, if a run has one.

    Args:
        out: folder that the pipeline writes to.
        model_name: name of the model in requests.
        may_start: whether the server may start; not while another loads its models on the same processors.
    """

    def __init__(self, out: pathlib.Path, model_name: str, may_start: Callable[[], bool]) -> None:
        self._out, self._model_name, self._may_start = out, model_name, may_start
        self._lock = threading.Lock()
        self._server: OwnModelServer | None = None
        self._seen: int | None = None
        self._as_of: datetime.date | None = None
        self.models = Models(self._address, waiting=self._state, remedy="Start the console again.")

    def as_of(self) -> datetime.date | None:
        """Day of the model's state, which starts the server if there is a model; None without one."""
        with self._lock:
            try:
                seen = (self._out / METADATA).stat().st_mtime_ns
            except OSError:
                return None
            if seen != self._seen:
                self._seen = seen
                artifact = find_judged_model(self._out)
                self._as_of = None if artifact is None else artifact.as_of
                if artifact is not None:
                    self._link(artifact.number, artifact.saved_model)
            if self._as_of is not None and self._server is None and self._may_start():
                self._server = OwnModelServer(
                    self._out / FOLDER / _VERSIONS, self._model_name, self._out / _LOG, latest=1
                )
            return self._as_of

    def stop(self) -> None:
        """Ends the server and closes the connections."""
        self.models.close()
        if self._server is not None:
            self._server.stop()

    def _link(self, number: int, saved_model: pathlib.Path) -> None:
        """Makes the model the only version in the folder that the server polls."""
        folder = self._out / FOLDER / _VERSIONS
        folder.mkdir(parents=True, exist_ok=True)
        wanted = folder / str(number)
        if not wanted.is_symlink():
            wanted.symlink_to(saved_model.absolute(), target_is_directory=True)
        for other in folder.iterdir():
            if other != wanted and other.is_symlink():
                other.unlink(missing_ok=True)

    def _address(self) -> str | None:
        return None if self._server is None else self._server.address()

    def _state(self) -> str:
        if self._server is None:
            return "The judged model is loaded after the served version. Reload the page in a moment."
        if self._server.is_running():
            return "The judged model is being loaded. Reload the page in a moment."
        return f"The server of the judged model has ended. {self._out / _LOG} has the cause; start the console again."


@contextlib.contextmanager
def judged_model(out: pathlib.Path, model_name: str, may_start: Callable[[], bool]) -> Iterator[JudgedModel]:
    """Stops the server of the judged model at the end of the block.

    Args:
        out: as in `JudgedModel`.
        model_name: as in `JudgedModel`.
        may_start: as in `JudgedModel`.
    """
    model = JudgedModel(out, model_name, may_start)
    try:
        yield model
    finally:
        model.stop()
