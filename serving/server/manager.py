"""Manages the served models: polls their base paths, replaces the configuration, finds the worker for a request.

One thread polls the base paths. `served_model` loads and drops the versions of a model; versions are loaded in other
threads (`version_loader`). Requests are routed without a lock (`routing_table`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import grpc

from serving.errors import StatusError
from serving.server import versions
from serving.server.config import ModelConfig, ServerConfig
from serving.server.routing_table import RoutingTable
from serving.server.served_model import ServedModel
from serving.server.served_version import ServedVersion
from serving.server.served_worker import Worker
from serving.server.version_loader import VersionLoader
from serving.server.version_state import Phase, Status
from serving.server.worker_client import WorkerHost

CANCEL_CHECK_S = 0.1  # poll interval for a cancelled caller of a reload

_log = logging.getLogger(__name__)


def _never() -> bool:
    return False


class ModelManager:
    """Keeps the wanted versions loaded.

    Args:
        config: settings of the server.
        host: worker host that forks the workers.
    """

    def __init__(self, config: ServerConfig, host: WorkerHost) -> None:
        self._config, self._host = config, host
        self._models: dict[str, ModelConfig] = {}
        self._served: dict[str, ServedModel] = {}  # including models that are no longer configured
        self._routes = RoutingTable()
        self._changed = threading.Condition()  # guards all of the above, except reads of _routes
        self._wake = threading.Event()
        self._stopping = False
        self._loader = VersionLoader(config, host, lambda: self._stopping)
        self._poller = threading.Thread(target=self._poll_forever, name="poll", daemon=True)

    def start(self, models: Iterable[ModelConfig]) -> None:
        """Starts loading the models and watching their base paths."""
        with self._changed:
            self._configure({model.name: model for model in models})
        self._poller.start()

    def find(self, spec: Any) -> tuple[int, Worker]:
        """Version number and worker for a ModelSpec.

        Raises:
            StatusError: no such version is served; code and message are TensorFlow Serving's.
        """
        name, number = self._routes.requested(spec)
        found = self._routes.find(name, number)
        if found is None:
            if name in self._served and self._served[name].versions.restarting(number):
                message = f"the process serving {name} ended; it is being restarted"
                raise StatusError(grpc.StatusCode.UNAVAILABLE, message)
            request = f"Latest({name})" if number is None else f"Specific({name}, {number})"
            raise StatusError(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {request}")
        return found

    def statuses(self, name: str, version: int | None = None) -> list[Status]:
        """Statuses of a model's versions, newest first, including dropped ones; or of the given version only."""
        with self._changed:
            return self._served[name].versions.statuses(version) if name in self._served else []

    def available(self, name: str) -> bool:
        """Whether any version of the model answers requests."""
        return bool(self._routes.served(name))

    def models(self) -> tuple[str, ...]:
        """The names of the configured models."""
        return tuple(self._models)

    def model(self, name: str) -> ModelConfig | None:
        """The settings of a model; None if it is not configured. Takes no lock."""
        return self._models.get(name)

    def workers(self) -> list[tuple[str, int, Worker]]:
        """Model, version and worker of all served versions."""
        return self._routes.all()

    def served_versions(self) -> list[ServedVersion]:
        """Returns a view of all served versions, by model, oldest first."""
        with self._changed:
            return [
                ServedVersion(
                    model=name,
                    version=number,
                    pid=worker.pid,
                    load_s=worker.load_s,
                    warmup_records=worker.warmup_records,
                    restarts=self._served[name].versions.states[number].crashes,
                )
                for name, number, worker in sorted(self.workers(), key=lambda served: served[:2])
            ]

    def wait_available(self, names: Iterable[str], timeout_s: float) -> bool:
        """Waits until each model has an available version, or all wanted versions of one have failed.

        Returns:
            Whether all are available.
        """
        wanted = list(names)
        with self._changed:
            self._changed.wait_for(lambda: self._settled(wanted) or self._stopping, timeout=timeout_s)
        return all(map(self.available, wanted))

    def undecided(self, name: str) -> bool:
        """Whether the model has no available version, but one that is loading or has not been tried."""
        with self._changed:
            if name not in self._served or self.available(name):
                return False
            known = self._served[name].versions
            return bool(known.wanted()) and not known.all_failed()

    def reload(self, models: Iterable[ModelConfig], timeout_s: float, cancelled: Callable[[], bool] = _never) -> None:
        """Replaces the configuration; waits until the models that are new in it are available.

        Holds no lock during the wait: another reload takes effect at once and ends the wait of this one.

        Args:
            models: all models to serve.
            timeout_s: timeout of the wait.
            cancelled: called periodically; True ends the wait.

        Raises:
            StatusError: FAILED_PRECONDITION for a label on a version that is not available, and nothing has changed;
                UNKNOWN if a new model did not become available; ABORTED if another reload replaced this one;
                CANCELLED.
        """
        new = {model.name: model for model in models}
        with self._changed:
            for model in new.values():
                self._routes.check_labels(model, self._config.allow_version_labels_for_unavailable_models)
            added = [name for name in new if name not in self._models]
            self._configure(new)
            self._changed.notify_all()
        self._wake.set()
        end_s = time.monotonic() + timeout_s
        with self._changed:
            while not (self._settled(added) or self._stopping or self._models is not new):
                left_s = end_s - time.monotonic()
                if cancelled() or left_s <= 0:
                    break
                self._changed.wait(min(left_s, CANCEL_CHECK_S))
            superseded = self._models is not new
        missing = [name for name in added if not self.available(name)]
        if not missing:
            return
        if superseded:
            raise StatusError(grpc.StatusCode.ABORTED, "another HandleReloadConfigRequest replaced this one")
        if cancelled():
            raise StatusError(grpc.StatusCode.CANCELLED, "the caller cancelled; the new configuration stays")
        raise StatusError(grpc.StatusCode.UNKNOWN, self._unavailable_message(missing))

    def wake(self) -> None:
        """Makes the next poll happen now, because a worker seems to have ended."""
        self._wake.set()

    def stop(self, grace_s: float) -> None:
        """Stops watching and ends the workers, each when it is idle or after `grace_s`."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._wake.set()
        if self._poller.is_alive():
            self._poller.join()
        self._loader.stop()
        with self._changed:
            workers = [worker for model in self._served.values() for worker in model.versions.workers()]
            self._routes.clear()
        end_s = time.monotonic() + grace_s
        for worker in workers:
            worker.close(max(0.0, end_s - time.monotonic()))

    def _configure(self, models: dict[str, ModelConfig]) -> None:
        """Replaces the configuration; the next poll loads and drops versions."""
        for name, model in models.items():
            if name not in self._served:
                self._served[name] = ServedModel(
                    name, self._config, self._loader, self._routes, self._changed, self.wake
                )
            if name not in self._models:
                self._served[name].versions.reset()
            self._served[name].versions.model = model
        for name in self._models.keys() - models.keys():
            self._served[name].versions.model = None
        self._models = models
        self._routes.set_labels({name: dict(model.labels) for name, model in models.items()})

    def _poll_forever(self) -> None:
        while not self._stopping:
            try:
                self._host.revive()
                self._poll()
            except Exception:  # polling must survive any error of a file system
                _log.exception("polling the base paths failed; trying again")
            self._wake.wait(self._config.poll_interval_s)
            self._wake.clear()

    def _poll(self) -> None:
        with self._changed:
            base_paths = {name: model.base_path for name, model in self._models.items()}
        for name, base_path in base_paths.items():
            found = versions.scan(base_path)
            with self._changed:
                if name in self._models and self._models[name].base_path == base_path:
                    self._served[name].versions.found = found
                    self._served[name].load_and_drop()
        with self._changed:
            for name in self._served.keys() - self._models.keys():
                self._served[name].load_and_drop()

    def _settled(self, names: list[str]) -> bool:
        return all(map(self.available, names)) or any(self._served[name].versions.all_failed() for name in names)

    def _unavailable_message(self, names: list[str]) -> str:
        parts = []
        for name in names:
            failed = [status for status in self.statuses(name) if status.phase is not Phase.AVAILABLE]
            for status in failed:
                error = f"{status.code.name}: {status.message}"
                parts.append(f"{{{{name: {name} version: {status.version}}} due to error: {error}}}, ")
            if not failed:
                parts.append(f"{{{{name: {name}}} due to error: no version found}}, ")
        return f"{len(names)} model(s) did not become available: {{{''.join(parts)}}}"
