"""The local model server: TensorFlow Serving's gRPC API over workers that hold one version each.

    python -m serving.server --model-name lookbook --base-path OUT/serving/lookbook --port 8500

prints one line, `serving lookbook on 127.0.0.1:8500`, once the model can be asked. This process, the front,
does not import TensorFlow.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
import time

import grpc

from serving.server.address import joined
from serving.server.config import ModelConfig, ServerConfig, TlsConfig, VersionPolicy
from serving.server.front import Front
from serving.server.handlers import Handlers
from serving.server.manager import ModelManager
from serving.server.metrics import ServerMetrics
from serving.server.receiving import Receiver
from serving.server.served_version import ServedVersion
from serving.server.worker_client import WorkerHost

_SIGNAL_CHECK_S = 0.5


class ModelServer:
    """Serves the models of a configuration until stopped.

    `ModelServer(ServerConfig(base_paths={"lookbook": path}, port=0)).start()`, also as a context manager.

    Args:
        config: what to serve and how.
        host: where workers come from; servers may share one. None for one of its own.

    """

    def __init__(self, config: ServerConfig, host: WorkerHost | None = None) -> None:
        self._config = config
        self._host = host or WorkerHost()
        self._owns_host = host is None
        self._manager = ModelManager(config, self._host)
        self.metrics = ServerMetrics(self._manager.workers)
        receiver = Receiver(config.receive_timeout_s, config.max_message_bytes)
        handlers = Handlers(config, self._manager, self.metrics, receiver)
        self._front = Front(config, handlers, receiver, self._ready)
        self._stopped = threading.Event()
        self._port: int | None = None
        self._metrics_port: int | None = None

    @property
    def port(self) -> int:
        """The bound gRPC port."""
        if self._port is None:
            raise RuntimeError("The server has no port before start(). Call start() first.")
        return self._port

    @property
    def metrics_port(self) -> int | None:
        """The bound HTTP port of the metrics, None if they are not served."""
        return self._metrics_port

    def start(self) -> ModelServer:
        """Binds the port and begins to load; requests are answered NOT_FOUND until a version is available.

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
        self._host.start()
        self._manager.start(self._config.all_models())
        threading.Thread(target=self._forget_metrics, name="metrics-tidy", daemon=True).start()
        return self

    def wait_ready(self, timeout_s: float) -> bool:
        """Waits until every model has an available version; False at the time-out or if one failed."""
        return self._manager.wait_available(self._manager.models(), timeout_s)

    def undecided(self) -> bool:
        """Whether a model without an available version has one that is loading or not tried yet."""
        return any(map(self._manager.undecided, self._manager.models()))

    def served_versions(self) -> list[ServedVersion]:
        """Returns the versions that answer requests, with their processes, by model, oldest first."""
        return self._manager.served_versions()

    def failures(self) -> list[str]:
        """One line for each version that did not load: model, version and why."""
        return [
            f"{name} version {status.version}: {status.code.name}: {status.message}"
            for name in self._manager.models()
            for status in self._manager.statuses(name)
            if status.code is not grpc.StatusCode.OK
        ]

    def stop(self, grace_s: float = 5.0) -> None:
        """Refuses new requests, lets those begun end within `grace_s`, then ends the workers."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        end_s = time.monotonic() + grace_s
        self._front.stop(grace_s)
        self._manager.stop(max(0.0, end_s - time.monotonic()))
        if self._owns_host:
            self._host.stop()
        self.metrics.stop()

    def __enter__(self) -> ModelServer:
        return self if self._port is not None else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _forget_metrics(self) -> None:
        """Removes the series of ended versions after a delay in which a scrape can still read them."""
        ended_s: dict[tuple[str, int | None], float] = {}

        def kept(model: str, version: int | None) -> bool:
            served = {number for name, number, _ in self._manager.workers() if name == model}
            if version in served or (version is None and model in self._manager.models()):
                ended_s.pop((model, version), None)
                return True
            now_s = time.monotonic()
            return now_s < ended_s.setdefault((model, version), now_s) + self._config.metrics_kept_s

        while not self._stopped.wait(min(1.0, self._config.metrics_kept_s or 0.05)):
            self.metrics.forget(kept)

    def _ready(self) -> bool:
        return not self._stopped.is_set() and all(map(self._manager.available, self._manager.models()))


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT; exit status 1 if the model could not be served."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        server = ModelServer(_config(options)).start()
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    asked_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked_to_stop.set())
    threading.Thread(target=_announce, args=(server, options, asked_to_stop), daemon=True).start()
    while not asked_to_stop.wait(_SIGNAL_CHECK_S):
        pass  # a signal may reach another thread, for example after SIGCONT, so wait with a timeout
    server.stop(options.grace_s)
    return 0 if not getattr(options, "failed", False) else 1


def _announce(server: ModelServer, options: argparse.Namespace, asked_to_stop: threading.Event) -> None:
    ready = server.wait_ready(options.load_timeout_s)
    while not ready and server.undecided() and not asked_to_stop.is_set():  # an older version is being tried
        ready = server.wait_ready(options.poll_interval_s)
    if not ready and not asked_to_stop.is_set():
        why = "; ".join(server.failures()) or f"no version under {options.base_path}"
        print(f"error: {options.model_name} is not available: {why}", file=sys.stderr, flush=True)
        if options.exit_on_failure:
            options.failed = True
            asked_to_stop.set()
    while not asked_to_stop.is_set():
        if server.wait_ready(options.poll_interval_s):
            print(f"serving {options.model_name} on {joined(options.host, server.port)}", flush=True)
            return
        asked_to_stop.wait(options.poll_interval_s)  # it may have failed, and waiting ends at once then


def _parser() -> argparse.ArgumentParser:
    defaults = ServerConfig()
    parser = argparse.ArgumentParser(prog="python -m serving.server", description="The local model server.")
    parser.add_argument("--model-name", default="lookbook")
    parser.add_argument("--base-path", required=True, help="folder of the version folders; may appear later")
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=defaults.port, help="0 for any free one")
    parser.add_argument("--metrics-port", type=int, default=None, help="HTTP port of Prometheus metrics")
    parser.add_argument("--latest", type=int, default=1, help="serve the so many newest versions")
    parser.add_argument("--version", type=int, action="append", default=[], help="serve this version; repeatable")
    parser.add_argument("--poll-interval-s", type=float, default=defaults.poll_interval_s)
    parser.add_argument("--load-timeout-s", type=float, default=defaults.load_timeout_s)
    parser.add_argument("--max-batch", type=int, default=defaults.max_batch)
    parser.add_argument("--max-concurrency", type=int, default=defaults.max_concurrency)
    parser.add_argument(
        "--max-rows-in-flight",
        type=int,
        default=defaults.max_rows_in_flight,
        help="customers in flight in a version, over all requests",
    )
    parser.add_argument("--max-message-bytes", type=int, default=defaults.max_message_bytes)
    parser.add_argument("--threads", type=int, default=defaults.threads, help="of TensorFlow; 0: its own choice")
    parser.add_argument("--joined-rows", type=int, default=defaults.joined_rows, help="of one run; 1: no joining")
    parser.add_argument("--joined-runs", type=int, default=defaults.joined_runs, help="at once; 0: processors / 2")
    parser.add_argument(
        "--versions-always-present",
        action=argparse.BooleanOptionalAction,
        default=defaults.versions_always_present,
        help="keep loaded versions when the folder becomes empty",
    )
    parser.add_argument("--allow-reload", action="store_true", help="answer HandleReloadConfigRequest")
    parser.add_argument(
        "--reload-root",
        action="append",
        default=[],
        help="folder that must contain the base paths of reloads; repeatable (default: the parent of --base-path)",
    )
    parser.add_argument("--receive-timeout-s", type=float, default=defaults.receive_timeout_s)
    parser.add_argument(
        "--heartbeat-timeout-s",
        type=float,
        default=defaults.heartbeat_timeout_s,
        help="time without an answer after which a worker is killed and replaced",
    )
    parser.add_argument("--grace-s", type=float, default=5.0, help="for requests begun, when stopped")
    parser.add_argument("--tls-certificate")
    parser.add_argument("--tls-key")
    parser.add_argument("--tls-client-ca")
    parser.add_argument("--exit-on-failure", action="store_true", help="end if no version loads or no folder exists")
    return parser


def _tls_option(options: argparse.Namespace, name: str) -> str | None:
    value: str | None = getattr(options, f"tls_{name.replace('-', '_')}")
    return value


def _config(options: argparse.Namespace) -> ServerConfig:
    tls = None
    if options.tls_certificate or options.tls_key or options.tls_client_ca:
        if not (options.tls_certificate and options.tls_key):
            given = [f"--tls-{name}" for name in ("certificate", "key", "client-ca") if _tls_option(options, name)]
            raise ValueError(
                "--tls-certificate and --tls-key must be given together, also for --tls-client-ca. "
                f"Received: {' and '.join(given)} alone."
            )
        tls = TlsConfig(certificate=options.tls_certificate, key=options.tls_key, client_ca=options.tls_client_ca)
    if options.exit_on_failure and not os.path.isdir(options.base_path):
        raise ValueError(f"--base-path must be a folder that exists. Received: {options.base_path}.")
    model = ModelConfig(
        name=options.model_name,
        base_path=options.base_path,
        policy=VersionPolicy(latest=options.latest, specific=tuple(options.version) or None),
    )
    same = ("host", "port", "metrics_port", "poll_interval_s", "load_timeout_s", "max_batch")
    limits = ("max_concurrency", "max_message_bytes", "threads", "joined_rows", "joined_runs")
    bounds = ("max_rows_in_flight", "receive_timeout_s", "heartbeat_timeout_s")
    named = same + limits + bounds + ("versions_always_present", "allow_reload")
    settings = {name: getattr(options, name) for name in named}
    return ServerConfig(models=(model,), tls=tls, reload_roots=tuple(options.reload_root), **settings)
