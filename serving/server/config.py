"""Settings of the model server."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from serving.server.log_config import LoggingConfig, LogStorage


@dataclasses.dataclass(frozen=True, kw_only=True)
class VersionPolicy:
    """Selects the versions to serve from those under a base path.

    Attributes:
        latest: number of newest versions to serve, at least 1. Ignored if `specific` or `all_versions` is given.
        specific: numbers of the versions to serve, if they exist; no version if empty, as in TensorFlow Serving. None
            for no such list.
        all_versions: serve all versions.
    """

    latest: int = 1
    specific: tuple[int, ...] | None = None
    all_versions: bool = False

    def __post_init__(self) -> None:
        if self.latest < 1:
            raise ValueError(f"latest must be at least 1. Received: latest = {self.latest}.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Settings of one model.

    Attributes:
        name: `model_spec.name` of requests.
        base_path: folder whose sub-folders, named by non-negative integers, are the versions.
        policy: selects the versions to serve.
        labels: version number by `model_spec.version_label` of requests.
        logging: logs the model's Predict requests; None for no log.
    """

    name: str
    base_path: str
    policy: VersionPolicy = VersionPolicy()
    labels: Mapping[str, int] = dataclasses.field(default_factory=dict)
    logging: LoggingConfig | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("name must not be empty. Received: name = ''.")


@dataclasses.dataclass(frozen=True, kw_only=True)
class TlsConfig:
    """PEM files for TLS.

    Attributes:
        certificate: certificate chain of the server.
        key: its private key.
        client_ca: authority that must have signed the certificates of clients (mutual TLS); None for no client
            certificates.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def __post_init__(self) -> None:
        if not self.certificate or not self.key:
            raise ValueError(
                "certificate and key must be given, also for client_ca. "
                f"Received: certificate = {self.certificate}, key = {self.key}."
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServerConfig:
    """Settings of the model server.

    Attributes:
        base_paths: base path by model name, for models that serve the latest version only.
        models: other models.
        model_config_file: file that `models` were read from; read again when it changes. None for none.
        host: address to listen on; 0.0.0.0 for all.
        port: gRPC port; 0 for any free port.
        metrics_port: HTTP port of Prometheus metrics; 0 for any free port; None for none.
        tls: PEM files; None for plain text.
        poll_interval_s: interval between polls of the base paths.
        load_timeout_s: timeout of loading and warming up one version.
        max_load_retries: number of retries of a version that failed to load; changed files start a new count.
        load_retry_interval_s: interval between these retries.
        default_deadline_s: deadline of a request that has none.
        drain_s: time that a dropped version has to finish its requests.
        max_message_bytes: size limit of a request, after inflating if it was compressed.
        max_batch: largest first dimension of an input.
        max_concurrency: limit of concurrent requests; above it the answer is UNAVAILABLE.
        max_rows_in_flight: limit of customers (rows) in flight in a version, over all requests; it bounds memory. A
            request above it waits within its deadline. A request counts one row for every 128 elements of an input
            if that is more than its rows. A request that exceeds the limit by itself runs alone.
        max_bytes_in_flight: limit of all requests being received or in flight; above it the answer is UNAVAILABLE.
        receive_timeout_s: time from the start of a call to the end of its request message; then the call ends.
        max_calls_per_connection: limit of open calls of a connection; further calls wait in the client.
        max_open_calls: limit of open calls of all connections; above it the answer is UNAVAILABLE. Health has a
            separate limit of the same size.
        max_reflection_streams: limit of open streams; each ends after `receive_timeout_s` without a request.
        connection_idle_s: time without a call after which a connection is closed.
        keepalive_s: interval between pings to a silent client; closes the connection without an answer in 10 s.
        metrics_kept_s: how long the series of a removed model or version are kept.
        heartbeat_timeout_s: time without an answer to heartbeats after which a worker is killed and replaced.
        threads: number of TensorFlow's threads in each worker; 0 for TensorFlow's default.
        joined_rows: maximum number of customers that one run of the graph answers if small requests arrive while the
            graph is busy; no request waits for others. 1 for a run for each request.
        joined_runs: maximum number of joined runs at the same time; 0 for one for every two processors.
        versions_always_present: keep loaded versions when the base path no longer has any of the wanted versions
            (TensorFlow Serving's servable_versions_always_present, which is off there).
        allow_version_labels_for_unavailable_models: allow a new label of a reload to name a version that is not
            available (TensorFlow Serving's flag). The first configuration may always do so.
        allow_reload: accept HandleReloadConfigRequest, with which any caller can change the served models.
        reload_roots: folders that contain all base paths of reloads, after resolving symlinks; empty for the parents
            of the base paths above.
        log: how the logs of the models are kept.
    """

    base_paths: Mapping[str, str | Path] = dataclasses.field(default_factory=dict)
    models: tuple[ModelConfig, ...] = ()
    model_config_file: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8500
    metrics_port: int | None = None
    tls: TlsConfig | None = None
    poll_interval_s: float = 1.0
    load_timeout_s: float = 300.0
    max_load_retries: int = 5
    load_retry_interval_s: float = 60.0
    default_deadline_s: float = 60.0
    drain_s: float = 30.0
    max_message_bytes: int = 16 * 1024 * 1024
    max_batch: int = 4096
    max_concurrency: int = 64
    max_rows_in_flight: int = 8192
    max_bytes_in_flight: int = 128 * 1024 * 1024
    receive_timeout_s: float = 10.0
    max_calls_per_connection: int = 128
    max_open_calls: int = 1024
    max_reflection_streams: int = 16
    connection_idle_s: float = 900.0
    keepalive_s: float = 30.0
    metrics_kept_s: float = 300.0
    heartbeat_timeout_s: float = 3.0
    threads: int = 0
    joined_rows: int = 64
    joined_runs: int = 0
    versions_always_present: bool = True
    allow_version_labels_for_unavailable_models: bool = False
    allow_reload: bool = False
    reload_roots: tuple[str | Path, ...] = ()
    log: LogStorage = dataclasses.field(default_factory=LogStorage)

    def __post_init__(self) -> None:
        names = [model.name for model in self.all_models()]
        if len(set(names)) < len(names):
            raise ValueError(f"models must have different names. Received: {names}.")
        for field, lowest in (
            ("max_batch", 1),
            ("max_concurrency", 1),
            ("max_message_bytes", 1),
            ("max_rows_in_flight", 1),
            ("max_bytes_in_flight", 1),
            ("max_calls_per_connection", 1),
            ("max_open_calls", 1),
            ("max_reflection_streams", 0),
            ("threads", 0),
            ("joined_rows", 1),
            ("joined_runs", 0),
            ("max_load_retries", 0),
        ):
            if getattr(self, field) < lowest:
                raise ValueError(f"{field} must be at least {lowest}. Received: {field} = {getattr(self, field)}.")
        for field in ("port", "metrics_port"):
            if not 0 <= (getattr(self, field) or 0) <= 65535:
                raise ValueError(f"{field} must be in 0..65535. Received: {field} = {getattr(self, field)}.")
        for field in (
            "poll_interval_s",
            "load_timeout_s",
            "load_retry_interval_s",
            "default_deadline_s",
            "receive_timeout_s",
            "connection_idle_s",
            "keepalive_s",
            "heartbeat_timeout_s",
        ):
            if not getattr(self, field) > 0:
                raise ValueError(f"{field} must be above 0. Received: {field} = {getattr(self, field)}.")

    def all_models(self) -> tuple[ModelConfig, ...]:
        """`models`, then those of `base_paths`."""
        simple = (ModelConfig(name=name, base_path=str(path)) for name, path in self.base_paths.items())
        return (*self.models, *simple)
