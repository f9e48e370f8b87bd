"""The local model server: TensorFlow Serving's gRPC API over workers that hold one version each.

This process, the front, does not import TensorFlow. `serving.server.command` is its command line.
"""

from __future__ import annotations

import threading
import time

import grpc

from serving.server.config import ServerConfig
from serving.server.front import Front
from serving.server.manager import ModelManager
from serving.server.metrics import ServerMetrics
from serving.server.model_config_file import ModelConfigFile
from serving.server.model_service import ModelService
from serving.server.prediction_service import PredictionService
from serving.server.receiving import Receiver
from serving.server.request_log import RequestLog
from serving.server.request_slots import RequestSlots
from serving.server.served_version import ServedVersion
from serving.server.unary_calls import UnaryCalls
from serving.server.worker_client import WorkerHost

_LOG_GRACE_S = 1.0  # minimum time to write the last records of the request log


class ModelServer:
    """Serves the models of a configuration until stopped.

    `ModelServer(ServerConfig(base_paths={"lookbook": path}, port=0)).start()`, also as a context manager.

    Args:
        config: settings of the server.
        host: worker host that forks the workers; servers may share one. None for a new one.
    """

    def __init__(self, config: ServerConfig, host: WorkerHost | None = None) -> None:
        self._config = config
        self._host = host or WorkerHost()
        self._owns_host = host is None
        self._manager = ModelManager(config, self._host)
        self.metrics = ServerMetrics(self._manager.workers)
        calls = UnaryCalls(config, self.metrics, Receiver(config.receive_timeout_s, config.max_message_bytes))
        slots = RequestSlots(config.max_concurrency, self.metrics.in_flight)
        self._log = RequestLog(config.log, self.metrics)
        self._model_service = ModelService(config, self._manager)
        predictions = PredictionService(self._manager, slots, self._log)
        services = (predictions.handler(calls), self._model_service.handler(calls))
        self._front = Front(config, services, self._ready)
        self._stopped = threading.Event()
        self._port: int | None = None
        self._metrics_port: int | None = None

    @property
    def port(self) -> int:
        """The bound gRPC port.

        Raises:
            RuntimeError: the server has not been started.
        """
        if self._port is None:
            raise RuntimeError("The server has no port before start(). Call start() first.")
        return self._port

    @property
    def metrics_port(self) -> int | None:
        """The bound HTTP port of the metrics; None if they are not served."""
        return self._metrics_port

    def start(self) -> ModelServer:
        """Binds the port and starts loading; requests are answered NOT_FOUND until a version is available.

        Raises:
            OSError: the port cannot be bound.
            ValueError: the certificates are invalid.
        """
        self._port = self._front.start()
        try:
            if self._config.metrics_port is not None:
                self._metrics_port = self.metrics.serve(self._config.host, self._config.metrics_port)
        except BaseException:
            self._front.stop(0)
            raise
        self._log.start()
        self._host.start()
        self._manager.start(self._config.all_models())
        if self._config.model_config_file is not None:
            threading.Thread(target=self._follow_config_file, name="model-config-file", daemon=True).start()
        threading.Thread(target=self._remove_metrics, name="metrics-removal", daemon=True).start()
        return self

    def wait_ready(self, timeout_s: float) -> bool:
        """Waits until every model has an available version; False on timeout, or if all versions of one failed."""
        return self._manager.wait_available(self._manager.models(), timeout_s)

    def models(self) -> tuple[str, ...]:
        """The names of the configured models."""
        return self._manager.models()

    def undecided(self) -> bool:
        """Whether a model without an available version has one that is loading or has not been tried."""
        return any(map(self._manager.undecided, self._manager.models()))

    def served_versions(self) -> list[ServedVersion]:
        """Returns the versions that answer requests, with their processes, by model, oldest first."""
        return self._manager.served_versions()

    def failures(self) -> list[str]:
        """One line for each version that did not load: model, version and cause."""
        return [
            f"{name} version {status.version}: {status.code.name}: {status.message}"
            for name in self._manager.models()
            for status in self._manager.statuses(name)
            if status.code is not grpc.StatusCode.OK
        ]

    def stop(self, grace_s: float = 5.0) -> None:
        """Refuses new requests, gives requests in flight `grace_s` to end, then ends the workers."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        end_s = time.monotonic() + grace_s
        self._front.stop(grace_s)
        self._model_service.stop()
        self._log.stop(max(_LOG_GRACE_S, end_s - time.monotonic()))
        self._manager.stop(max(0.0, end_s - time.monotonic()))
        if self._owns_host:
            self._host.stop()
        self.metrics.stop()

    def __enter__(self) -> ModelServer:
        return self if self._port is not None else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _follow_config_file(self) -> None:
        assert self._config.model_config_file is not None
        file = ModelConfigFile(self._config.model_config_file, self._manager, self._config.load_timeout_s)
        while not self._stopped.wait(self._config.poll_interval_s):
            file.poll(self._stopped.is_set)

    def _remove_metrics(self) -> None:
        """Removes the series of ended versions after a delay in which Prometheus can still read them."""
        ended_s: dict[tuple[str, int | None], float] = {}

        def kept(model: str, version: int | None) -> bool:
            served = {number for name, number, _ in self._manager.workers() if name == model}
            if version in served or (version is None and model in self._manager.models()):
                ended_s.pop((model, version), None)
                return True
            now_s = time.monotonic()
            return now_s < ended_s.setdefault((model, version), now_s) + self._config.metrics_kept_s

        while not self._stopped.wait(min(1.0, self._config.metrics_kept_s or 0.05)):
            self.metrics.remove_unless(kept)

    def _ready(self) -> bool:
        return not self._stopped.is_set() and all(map(self._manager.available, self._manager.models()))
