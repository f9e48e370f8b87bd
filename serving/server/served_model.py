"""Loads the wanted versions of one model and drops the others, so that some version serves all the time."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable

from serving.errors import StatusError
from serving.server.config import ServerConfig
from serving.server.fingerprint import Fingerprint
from serving.server.model_versions import ModelVersions
from serving.server.routing_table import RoutingTable
from serving.server.served_worker import Worker
from serving.server.version_loader import VersionLoader
from serving.server.version_state import Phase, VersionState

_log = logging.getLogger(__name__)


class ServedModel:
    """The served versions of a model.

    Attributes:
        versions: states of the versions; read and change them with the lock only.

    Args:
        name: name of the model.
        config: settings of the server.
        loader: loads versions.
        routes: gets the workers of the available versions.
        changed: the manager's lock; notified when a version has changed.
        wake: makes the manager's next poll happen now.
    """

    def __init__(
        self,
        name: str,
        config: ServerConfig,
        loader: VersionLoader,
        routes: RoutingTable,
        changed: threading.Condition,
        wake: Callable[[], None],
    ) -> None:
        self.versions = ModelVersions(name, config.versions_always_present)
        self._name, self._config, self._loader, self._routes = name, config, loader, routes
        self._changed, self._wake = changed, wake
        self._last_warning: str | None = None

    def load_and_drop(self) -> None:
        """Loads the wanted versions that are not loaded, and drops versions; call it with the lock after a poll."""
        for version in self.versions.ended_unexpectedly():
            _log.error("%s version %d: its process ended; restarting it", self._name, version.number)
            assert version.worker is not None
            version.worker.close(0)
            version.crashed(time.monotonic())
            self._publish()
        self._warn_if_missing()
        folders = self.versions.folders()
        while (unwanted := self.versions.next_to_unload(set(folders))) is not None:
            self._unload(unwanted)
        for number in sorted(folders, reverse=True):
            state = self.versions.states.get(number)
            if state is None:
                self._load(VersionState(number, folders[number]))
            elif state.worth_loading(folders[number], time.monotonic()):
                self._load(state.again(folders[number]))
        self.versions.remove_ended(set(folders))
        self._changed.notify_all()

    def _warn_if_missing(self) -> None:
        """Logs once that the base path is missing or has none of the wanted versions."""
        message = self.versions.missing(self._routes.served(self._name))
        if message and self._last_warning != message:
            _log.warning("%s", message)
        self._last_warning = message

    def _load(self, version: VersionState) -> None:
        version.phase = Phase.LOADING
        self.versions.states[version.number] = version
        self._loader.start(self._name, version, self._loaded, self._failed)

    def _loaded(self, version: VersionState, worker: Worker) -> None:
        with self._changed:
            version.loaded(worker)
            failing = self.versions.newest_failing_above(version.number)
            if failing is not None:
                message = "%s version %d serves in place of %d, which did not load"
                _log.warning(message, self._name, version.number, failing)
            self._publish()
        worker.watch(self._config.heartbeat_timeout_s, self._wake)
        self._wake()  # the old version can be dropped now

    def _failed(self, version: VersionState, error: StatusError, files: Fingerprint) -> None:
        with self._changed:
            retry = version.failures < self._config.max_load_retries
            retry_at_s = time.monotonic() + self._config.load_retry_interval_s if retry else math.inf
            version.failed(error.code, error.message, files, retry_at_s)
            self._changed.notify_all()

    def _unload(self, version: VersionState) -> None:
        version.phase = Phase.UNLOADING
        self._publish()
        threading.Thread(target=self._drain, args=(version,), daemon=True).start()

    def _drain(self, version: VersionState) -> None:
        worker = version.worker
        assert worker is not None
        worker.close(self._config.drain_s)
        with self._changed:
            version.worker, version.phase = None, Phase.END
            self._changed.notify_all()

    def _publish(self) -> None:
        self._routes.publish(self._name, self.versions.ready())
        self._changed.notify_all()
