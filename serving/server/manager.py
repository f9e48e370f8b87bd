"""The versions being served: watches the base paths, loads, swaps, drops, and finds the worker for a request.

One thread polls; loading happens in threads of its own, so that a slow model keeps no other waiting. Requests
read one immutable map without a lock; whoever changes versions replaces the map.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

from serving.errors import StatusError
from serving.server import versions
from serving.server.config import ModelConfig, ServerConfig
from serving.server.fingerprint import fingerprint
from serving.server.served_version import ServedVersion
from serving.server.version_state import Phase, Status, VersionState
from serving.server.worker import WorkerSpec
from serving.server.worker_client import Worker, WorkerHost

LOAD_THREADS = 2
KEPT_ENDED = 50  # statuses of dropped versions that are remembered
CANCEL_CHECK_S = 0.1  # poll interval for a cancelled caller of a reload

_log = logging.getLogger(__name__)


def _never() -> bool:
    return False


class ModelManager:
    """Keeps the wanted versions loaded.

    Args:
        config: of the server.
        host: where workers come from.

    """

    def __init__(self, config: ServerConfig, host: WorkerHost) -> None:
        self._config, self._host = config, host
        self._models: dict[str, ModelConfig] = {}
        self._versions: dict[str, dict[int, VersionState]] = {}
        self._found: dict[str, dict[int, Path] | None] = {}  # at the last poll
        self._said: dict[str, str | None] = {}  # last logged message about a missing folder or version
        self._labels: dict[str, dict[str, int]] = {}
        self._serving: dict[str, dict[int | None, tuple[int, Worker]]] = {}
        self._changed = threading.Condition()  # guards all of the above but reads of _serving and _labels
        self._wake = threading.Event()
        self._stopping = False
        self._threads = ThreadPoolExecutor(LOAD_THREADS, thread_name_prefix="load")
        self._poller = threading.Thread(target=self._poll_forever, name="poll", daemon=True)

    def start(self, models: Iterable[ModelConfig]) -> None:
        """Begins to load the models and to watch their base paths."""
        with self._changed:
            self._models = {model.name: model for model in models}
            self._labels = {model.name: dict(model.labels) for model in self._models.values()}
        self._poller.start()

    def find(self, spec: Any) -> tuple[int, Worker]:
        """The version and worker a ModelSpec asks for.

        Raises:
            StatusError: none; with TensorFlow Serving's code and message.

        """
        name = spec.name
        if not name:
            raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, "ModelSpec has no name specified.")
        choice = spec.WhichOneof("version_choice")
        number = None
        if choice == "version":
            number = spec.version.value
        elif choice == "version_label":
            number = self._labels.get(name, {}).get(spec.version_label)
            if number is None:
                message = f"Unrecognized servable version label: {spec.version_label}"
                raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, message)
        found = self._serving.get(name, {}).get(number)
        if found is None:
            self._refuse_if_restarting(name, number)
            request = f"Latest({name})" if number is None else f"Specific({name}, {number})"
            message = f"Servable not found for request: {request}"
            raise StatusError(grpc.StatusCode.NOT_FOUND, message)
        return found

    def statuses(self, name: str, version: int | None = None) -> list[Status]:
        """The states of a model's versions, newest first, dropped ones included; or of the given one."""
        with self._changed:
            known = sorted(self._versions.get(name, {}).values(), key=lambda v: -v.number)
            return [v.status() for v in known if version is None or v.number == version]

    def available(self, name: str) -> bool:
        """Whether any version of the model can be asked."""
        return bool(self._serving.get(name))

    def models(self) -> tuple[str, ...]:
        """The names of the configured models."""
        return tuple(self._models)

    def workers(self) -> list[tuple[str, int, Worker]]:
        """Model, version and worker of all that is served."""
        return [
            (name, number, worker)
            for name, found in self._serving.items()
            for key, (number, worker) in found.items()
            if key is not None
        ]

    def served_versions(self) -> list[ServedVersion]:
        """Returns a view of all served versions, by model, oldest first."""

        def crashes(name: str, number: int) -> int:
            return self._versions[name][number].crashes

        with self._changed:
            return [
                ServedVersion(name, number, worker.pid, worker.load_s, worker.warmup_records, crashes(name, number))
                for name, number, worker in sorted(self.workers(), key=lambda served: served[:2])
            ]

    def wait_available(self, names: Iterable[str], timeout_s: float) -> bool:
        """Waits until each model has an available version, or one of them has only failures to show.

        Returns:
            Whether all are available.

        """
        wanted = list(names)
        with self._changed:
            self._changed.wait_for(lambda: self._settled(wanted) or self._stopping, timeout=timeout_s)
        return all(map(self.available, wanted))

    def undecided(self, name: str) -> bool:
        """Whether the model has no available version, but one that is loading or not tried yet."""
        with self._changed:
            aspired = self._aspired(self._versions.get(name, {}), self._found.get(name), self._models.get(name))
            return not self.available(name) and bool(aspired) and not self._failed(name)

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
            labels = {name: self._checked_labels(model) for name, model in new.items()}
            added = [name for name in new if name not in self._models]
            for name in added:  # drop its state from an earlier time as a served model
                self._found.pop(name, None)
                old = self._versions.get(name, {})
                self._versions[name] = {n: v for n, v in old.items() if v.phase is not Phase.END}
            self._models, self._labels = new, labels
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
        """Has the next look taken now: a worker seems to have gone."""
        self._wake.set()

    def stop(self, grace_s: float) -> None:
        """Stops watching and ends the workers, each once it is idle or after `grace_s`."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._wake.set()
        if self._poller.is_alive():
            self._poller.join()
        self._threads.shutdown(wait=True, cancel_futures=True)
        with self._changed:
            workers = [v.worker for known in self._versions.values() for v in known.values() if v.worker]
            self._serving = {}
        end_s = time.monotonic() + grace_s
        for worker in workers:
            worker.close(max(0.0, end_s - time.monotonic()))

    def _poll_forever(self) -> None:
        while not self._stopping:
            try:
                self._host.revive()
                self._poll()
            except Exception:  # the watch must outlive whatever a file system comes up with
                _log.exception("looking at the base paths failed; trying again")
            self._wake.wait(self._config.poll_interval_s)
            self._wake.clear()

    def _poll(self) -> None:
        with self._changed:
            models = dict(self._models)
            gone = [name for name in self._versions if name not in models]
        for name, model in models.items():
            found = versions.scan(model.base_path)
            with self._changed:
                self._act(name, found, model)
        with self._changed:
            for name in gone:
                self._act(name, {}, None)

    def _act(self, name: str, found: dict[int, Path] | None, model: ModelConfig | None) -> None:
        known = self._versions.setdefault(name, {})
        self._found[name] = found
        self._drop_crashed(name, known)
        aspired = self._aspired(known, found, model)
        self._tell_what_is_missing(name, found, model, aspired)
        if aspired is None:  # unreadable or empty, maybe by mistake: keep loaded versions
            aspired = {n for n, v in known.items() if v.phase in (Phase.LOADING, Phase.AVAILABLE) or v.crashes}
            found = {n: known[n].path for n in aspired}
        assert found is not None
        while True:
            number = versions.next_to_unload({n: v.phase for n, v in known.items()}, aspired)
            if number is None:
                break
            self._unload(name, known[number])
        for number in sorted(aspired, reverse=True):
            version = known.get(number)
            if version is None:
                self._begin_loading(name, VersionState(number, found[number]))
            elif version.worth_loading(found[number], time.monotonic()):
                self._begin_loading(name, version.again(found[number]))
        ended = sorted(n for n, v in known.items() if v.phase is Phase.END and n not in aspired)
        for number in ended[:-KEPT_ENDED]:
            del known[number]
        self._changed.notify_all()

    def _aspired(
        self, known: Mapping[int, VersionState], found: Mapping[int, Path] | None, model: ModelConfig | None
    ) -> set[int] | None:
        """The versions to serve; None to keep the loaded ones."""
        if model is None:
            return set()
        if found is None:
            return None
        aspired = versions.wanted(found, model.policy, {n for n, v in known.items() if v.failing})
        keep = self._config.versions_always_present and model.policy.specific != ()
        return None if keep and not aspired else aspired

    def _tell_what_is_missing(
        self, name: str, found: Mapping[int, Path] | None, model: ModelConfig | None, aspired: set[int] | None
    ) -> None:
        """Logs once that the base path is missing or has none of the wanted versions."""
        said = None
        if model is not None and not aspired:
            what = "cannot be read, or does not exist" if found is None else "has none of the wanted versions"
            loaded = sorted(n for n in self._serving.get(name, {}) if n is not None)
            then = f"version {', '.join(map(str, loaded))} stays loaded" if loaded and aspired is None else "waiting"
            said = f"the folder {model.base_path} of model {name} {what}; {then}"
        if said and self._said.get(name) != said:
            _log.warning("%s", said)
        self._said[name] = said

    def _begin_loading(self, name: str, version: VersionState) -> None:
        _log.info("loading %s version %d from %s", name, version.number, version.path)
        version.phase = Phase.LOADING
        self._versions[name][version.number] = version
        self._threads.submit(self._load, name, version)

    def _load(self, name: str, version: VersionState) -> None:
        seen = fingerprint(version.path)
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
            worker = self._host.load(spec, self._config.load_timeout_s, lambda: self._stopping)
        except Exception as error:
            code = error.code if isinstance(error, StatusError) else grpc.StatusCode.INTERNAL
            _log.error("%s version %d did not load: %s", name, version.number, error)
            config = self._config
            with self._changed:
                retry = version.failures < config.max_load_retries
                retry_at_s = time.monotonic() + config.load_retry_interval_s if retry else math.inf
                version.failed(code, str(error), seen, retry_at_s)
                self._changed.notify_all()
            return
        _log.info("%s version %d is loaded, in %.2f s", name, version.number, worker.load_s)
        with self._changed:
            version.loaded(worker)
            newer = [n for n, v in self._versions[name].items() if n > version.number and v.failing]
            if newer:
                message = "%s version %d serves in place of %d, which did not load"
                _log.warning(message, name, version.number, max(newer))
            self._publish(name)
        worker.watch(self._config.heartbeat_timeout_s, self.wake)
        self._wake.set()  # the old one can go now

    def _unload(self, name: str, version: VersionState) -> None:
        version.phase = Phase.UNLOADING
        self._publish(name)
        threading.Thread(target=self._drain, args=(version,), daemon=True).start()

    def _drain(self, version: VersionState) -> None:
        worker = version.worker
        assert worker is not None
        worker.close(self._config.drain_s)
        with self._changed:
            version.worker, version.phase = None, Phase.END
            self._changed.notify_all()

    def _drop_crashed(self, name: str, known: dict[int, VersionState]) -> None:
        for version in known.values():
            if version.phase is Phase.AVAILABLE and version.worker and not version.worker.alive:
                _log.error("%s version %d: its process ended; restarting it", name, version.number)
                version.worker.close(0)
                version.crashed(time.monotonic())
                self._publish(name)

    def _publish(self, name: str) -> None:
        known = self._versions[name]
        ready = {n: v.worker for n, v in known.items() if v.phase is Phase.AVAILABLE and v.worker}
        serving: dict[int | None, tuple[int, Worker]] = {n: (n, worker) for n, worker in ready.items()}
        if ready:
            serving[None] = serving[max(ready)]
        self._serving = {**self._serving, name: serving}
        self._changed.notify_all()

    def _settled(self, names: list[str]) -> bool:
        return all(map(self.available, names)) or any(map(self._failed, names))

    def _failed(self, name: str) -> bool:
        """Whether all wanted versions have failed to load; each failure adds the next older version."""
        known = self._versions.get(name, {})
        tried = self._aspired(known, self._found.get(name), self._models.get(name)) or set(known)
        return bool(tried) and all(n in known and known[n].failing and known[n].phase is Phase.END for n in tried)

    def _refuse_if_restarting(self, name: str, number: int | None) -> None:
        known = list(self._versions.get(name, {}).values())  # without the lock, so that requests do not wait for it
        if any(v.crashes and v.worker is None and number in (None, v.number) for v in known):
            message = f"the process serving {name} ended; it is being restarted"
            raise StatusError(grpc.StatusCode.UNAVAILABLE, message)

    def _checked_labels(self, model: ModelConfig) -> dict[str, int]:
        served = self._serving.get(model.name, {})
        for label, number in model.labels.items():
            current = self._labels.get(model.name, {}).get(label, number)
            may_wait = self._config.allow_version_labels_for_unavailable_models and current == number
            if number not in served and not may_wait:
                message = (
                    f"Request to assign label to version {number} of model {model.name}, "
                    "which is not currently available for inference"
                )
                raise StatusError(grpc.StatusCode.FAILED_PRECONDITION, message)
        return dict(model.labels)

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
