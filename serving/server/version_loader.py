"""Loads versions in separate threads, so that a slow model does not delay the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc

from serving.errors import StatusError
from serving.server.config import ServerConfig
from serving.server.fingerprint import Fingerprint, fingerprint
from serving.server.served_worker import Worker
from serving.server.version_state import VersionState
from serving.server.worker import WorkerSpec
from serving.server.worker_client import WorkerHost

LOAD_THREADS = 2

_log = logging.getLogger(__name__)

Loaded = Callable[[VersionState, Worker], None]
Failed = Callable[[VersionState, StatusError, Fingerprint], None]


class VersionLoader:
    """Threads that load versions.

    Args:
        config: settings of the server.
        host: worker host that forks the workers.
        cancelled: called periodically; True cancels loading.
    """

    def __init__(self, config: ServerConfig, host: WorkerHost, cancelled: Callable[[], bool]) -> None:
        self._config, self._host, self._cancelled = config, host, cancelled
        self._threads = ThreadPoolExecutor(LOAD_THREADS, thread_name_prefix="load")

    def start(self, name: str, version: VersionState, loaded: Loaded, failed: Failed) -> None:
        """Starts loading; returns at once.

        Args:
            name: name of the model, for the log.
            version: version to load.
            loaded: called from a thread with the version and its worker.
            failed: called from a thread with the version, the error and the files that it was loaded from.
        """
        _log.info("loading %s version %d from %s", name, version.number, version.path)
        self._threads.submit(self._load, name, version, loaded, failed)

    def stop(self) -> None:
        """Waits for the versions being loaded and drops those that have not begun."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _load(self, name: str, version: VersionState, loaded: Loaded, failed: Failed) -> None:
        files = fingerprint(version.path)
        spec = WorkerSpec(
            path=str(version.path),
            version=version.number,
            max_batch=self._config.max_batch,
            threads=self._config.threads,
            joined_rows=self._config.joined_rows,
            joined_runs=self._config.joined_runs,
            max_rows_in_flight=self._config.max_rows_in_flight,
        )
        try:
            worker = self._host.load(spec, self._config.load_timeout_s, self._cancelled)
        except Exception as error:
            _log.error("%s version %d did not load: %s", name, version.number, error)
            if not isinstance(error, StatusError):
                error = StatusError(grpc.StatusCode.INTERNAL, str(error))
            failed(version, error, files)
            return
        _log.info("%s version %d is loaded, in %.2f s", name, version.number, worker.load_s)
        loaded(version, worker)
