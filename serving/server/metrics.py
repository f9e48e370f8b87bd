"""Metrics of the model server, for Prometheus."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily

from serving.server.metrics_port import MetricsPort

BUCKETS_S = (0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.04, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class ServerMetrics:
    """Requests, latency, requests in flight, and the memory of each version's process.

    Args:
        workers: returns (model, version, worker) of all served versions; called when the metrics are read.
    """

    def __init__(self, workers: Callable[[], Iterable[tuple[str, int, Any]]]) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "lookbook_serving_requests",
            "Requests answered",
            ("method", "model", "version", "code"),
            registry=self.registry,
        )
        self._latency = Histogram(
            "lookbook_serving_latency_seconds",
            "Time from the arrival of a request to its answer",
            ("method", "model", "version"),
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "lookbook_serving_requests_in_flight", "Predict requests in flight", registry=self.registry
        )
        self._logged = Counter(
            "lookbook_serving_log_records",
            "Answered requests chosen for the request log: written, dropped, failed or left out",
            ("model", "outcome"),
            registry=self.registry,
        )
        self.registry.register(_WorkerCollector(workers))
        self._port: MetricsPort | None = None
        self._lock = threading.Lock()
        self._recorded: set[tuple[str, str, str, str]] = set()

    def record(self, method: str, model: str, version: str, code: str, latency_s: float) -> None:
        """Counts one answered request.

        Args:
            method: name of the method.
            model: name of a configured model; "" for others, so that callers cannot create series.
            version: version that answered; "" for none.
            code: name of the gRPC status code.
            latency_s: time from the arrival to the answer in seconds.
        """
        labels = (method, model, version, code)
        self._requests.labels(*labels).inc()
        self._latency.labels(*labels[:3]).observe(latency_s)
        if labels not in self._recorded:
            with self._lock:
                self._recorded.add(labels)

    def record_log(self, model: str, outcome: str) -> None:
        """Counts one request that was chosen for the request log.

        Args:
            model: name of a configured model.
            outcome: `written`; `dropped`, because the queue was full; `failed`, because the file could not be written;
                `left_out`, because its customer ids cannot be hashed.
        """
        self._logged.labels(model, outcome).inc()

    def remove_unless(self, kept: Callable[[str, int | None], bool]) -> None:
        """Removes the series of removed models and versions.

        Args:
            kept: function of a model and a version (None for the model itself); True keeps the series.
        """
        with self._lock:
            removed = {
                labels
                for labels in self._recorded
                if labels[1] and not kept(labels[1], int(labels[2]) if labels[2] else None)
            }
            self._recorded -= removed
        for labels in removed:
            for metric, values in ((self._requests, labels), (self._latency, labels[:3])):
                with contextlib.suppress(KeyError):  # removed with another code of the same version
                    metric.remove(*values)

    def serve(self, host: str, port: int) -> int:
        """Starts the HTTP port; returns its number.

        Raises:
            OSError: the port cannot be bound; the message names the cause.
        """
        self._port = MetricsPort(self.registry, host, port)
        return self._port.port

    def stop(self) -> None:
        """Closes the HTTP port."""
        if self._port is not None:
            self._port.stop()


class _WorkerCollector:
    def __init__(self, workers: Callable[[], Iterable[tuple[str, int, Any]]]) -> None:
        self._workers = workers

    def collect(self) -> Iterator[GaugeMetricFamily]:
        labels = ("model", "version")
        memory = GaugeMetricFamily(
            "lookbook_serving_resident_bytes", "Resident memory of a version's process", labels=labels
        )
        load = GaugeMetricFamily("lookbook_serving_load_seconds", "Time to load and warm up a version", labels=labels)
        for model, version, worker in self._workers():
            load.add_metric((model, str(version)), worker.load_s)
            try:
                resident = psutil.Process(worker.pid).memory_info().rss
            except psutil.Error:
                continue  # the process has just ended
            memory.add_metric((model, str(version)), resident)
        yield memory
        yield load
