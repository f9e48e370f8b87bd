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
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from serving import wire
from serving.config import ModelConfig, ServerConfig, TlsConfig, VersionPolicy
from serving.handlers import Handlers
from serving.manager import ModelManager
from serving.metrics import ServerMetrics
from serving.served_version import ServedVersion
from serving.worker_client import WorkerHost

_SPARE_THREADS = 8  # beyond max_concurrency: for refusing, health, status and reload
_SIGNAL_CHECK_S = 0.5
_SERVING = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


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
        self._health = health.HealthServicer(experimental_non_blocking=True)
        self._stopped = threading.Event()
        self._port: int | None = None
        self._metrics_port: int | None = None
        options = (
            ("grpc.max_receive_message_length", config.max_message_bytes),
            ("grpc.max_send_message_length", -1),
            ("grpc.so_reuseport", 0),
        )
        threads = ThreadPoolExecutor(config.max_concurrency + _SPARE_THREADS, thread_name_prefix="rpc")
        self._server = grpc.server(threads, options=options)

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
            OSError: the port is taken.

        """
        handlers = Handlers(self._config, self._manager, self.metrics)
        self._server.add_generic_rpc_handlers(handlers.generic())
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        _add_reflection(self._server)
        self._port = self._bind()
        if self._config.metrics_port is not None:
            self._metrics_port = self.metrics.serve(self._config.host, self._config.metrics_port)
        self._show_health(_NOT_SERVING)
        self._host.start()
        self._manager.start(self._config.all_models())
        self._server.start()
        threading.Thread(target=self._watch_health, name="health", daemon=True).start()
        return self

    def wait_ready(self, timeout_s: float) -> bool:
        """Waits until every model has an available version; False at the time-out or if one failed."""
        return self._manager.wait_available(self._manager.models(), timeout_s)

    def served_versions(self) -> list[ServedVersion]:
        """The versions that answer requests, with their processes; by model, oldest version first."""
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
        self._health.enter_graceful_shutdown()
        self._server.stop(grace_s).wait()
        self._manager.stop(max(0.0, end_s - time.monotonic()))
        if self._owns_host:
            self._host.stop()
        self.metrics.stop()

    def __enter__(self) -> ModelServer:
        return self if self._port is not None else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _bind(self) -> int:
        address = f"{self._config.host}:{self._config.port}"
        tls = self._config.tls
        try:
            port = (
                self._server.add_insecure_port(address)
                if tls is None
                else self._server.add_secure_port(address, _credentials(tls))
            )
        except RuntimeError as error:
            raise OSError(f"port must be free. Received: {address}, which cannot be bound.") from error
        if not port:
            raise OSError(f"port must be free. Received: {address}, which cannot be bound.")
        return port

    def _watch_health(self) -> None:
        while not self._stopped.wait(min(0.2, self._config.poll_interval_s)):
            ready = all(map(self._manager.available, self._manager.models()))
            self._show_health(_SERVING if ready else _NOT_SERVING)

    def _show_health(self, status: int) -> None:
        for service in ("", wire.PREDICTION_SERVICE, wire.MODEL_SERVICE):
            self._health.set(service, status)


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
        pass  # a signal may reach another thread, as after SIGCONT, and then wakes nobody who waits for ever
    server.stop(options.grace_s)
    return 0 if not getattr(options, "failed", False) else 1


def _announce(server: ModelServer, options: argparse.Namespace, asked_to_stop: threading.Event) -> None:
    if not server.wait_ready(options.load_timeout_s) and not asked_to_stop.is_set():
        why = "; ".join(server.failures()) or f"no version under {options.base_path}"
        print(f"error: {options.model_name} is not available: {why}", file=sys.stderr, flush=True)
        if options.exit_on_failure:
            options.failed = True
            asked_to_stop.set()
    while not asked_to_stop.is_set():
        if server.wait_ready(options.poll_interval_s):
            print(f"serving {options.model_name} on {options.host}:{server.port}", flush=True)
            return
        asked_to_stop.wait(options.poll_interval_s)  # it may have failed, and waiting ends at once then


def _parser() -> argparse.ArgumentParser:
    defaults = ServerConfig()
    parser = argparse.ArgumentParser(prog="python -m serving.server", description="The local model server.")
    parser.add_argument("--model-name", default="lookbook")
    parser.add_argument("--base-path", required=True, help="folder of the version folders; waited for if missing")
    parser.add_argument("--host", default=defaults.host)
    parser.add_argument("--port", type=int, default=defaults.port, help="0 for any free one")
    parser.add_argument("--metrics-port", type=int, default=None, help="HTTP port of Prometheus metrics")
    parser.add_argument("--latest", type=int, default=1, help="serve the so many newest versions")
    parser.add_argument("--version", type=int, action="append", default=[], help="serve this version; repeatable")
    parser.add_argument("--poll-interval-s", type=float, default=defaults.poll_interval_s)
    parser.add_argument("--load-timeout-s", type=float, default=defaults.load_timeout_s)
    parser.add_argument("--max-batch", type=int, default=defaults.max_batch)
    parser.add_argument("--max-concurrency", type=int, default=defaults.max_concurrency)
    parser.add_argument("--max-message-bytes", type=int, default=defaults.max_message_bytes)
    parser.add_argument("--threads", type=int, default=defaults.threads, help="of TensorFlow; 0: its own choice")
    parser.add_argument("--joined-rows", type=int, default=defaults.joined_rows, help="of one run; 1: no joining")
    parser.add_argument("--joined-runs", type=int, default=defaults.joined_runs, help="at once; 0: processors / 2")
    parser.add_argument(
        "--versions-always-present",
        action=argparse.BooleanOptionalAction,
        default=defaults.versions_always_present,
        help="keep what is loaded when the folder has become empty",
    )
    parser.add_argument("--allow-reload", action="store_true", help="answer HandleReloadConfigRequest")
    parser.add_argument(
        "--reload-root",
        action="append",
        default=[],
        help="folder that its base paths must be in or below; repeatable (default: the parent of --base-path)",
    )
    parser.add_argument("--grace-s", type=float, default=5.0, help="for requests begun, when stopped")
    parser.add_argument("--tls-certificate")
    parser.add_argument("--tls-key")
    parser.add_argument("--tls-client-ca")
    parser.add_argument("--exit-on-failure", action="store_true", help="end if no version loads, or no folder is there")
    return parser


def _config(options: argparse.Namespace) -> ServerConfig:
    tls = None
    if options.tls_certificate or options.tls_key:
        if not (options.tls_certificate and options.tls_key):
            raise ValueError("--tls-certificate and --tls-key must be given together. Received: one of them.")
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
    named = same + limits + ("versions_always_present", "allow_reload")
    settings = {name: getattr(options, name) for name in named}
    return ServerConfig(models=(model,), tls=tls, reload_roots=tuple(options.reload_root), **settings)


def _credentials(tls: TlsConfig) -> grpc.ServerCredentials:
    def read(path: object) -> bytes:
        with open(str(path), "rb") as file:
            return file.read()

    root = read(tls.client_ca) if tls.client_ca else None
    pair = (read(tls.key), read(tls.certificate))
    return grpc.ssl_server_credentials([pair], root, require_client_auth=root is not None)


def _add_reflection(server: grpc.Server) -> None:
    names = (wire.PREDICTION_SERVICE, wire.MODEL_SERVICE, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(names, server, pool=wire.POOL)


if __name__ == "__main__":
    sys.exit(main())
