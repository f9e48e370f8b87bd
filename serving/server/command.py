"""Command line of the local model server.

    python -m serving.server --model-name lookbook --base-path OUT/serving/lookbook --port 8500

prints one line, `serving lookbook on 127.0.0.1:8500`, when the model can answer requests. With `--metrics-port` it
prints the address of the metrics before, `metrics on 127.0.0.1:9100`.
"""

from __future__ import annotations

import argparse
import logging
import os
import pathlib
import signal
import sys
import threading

from serving.server import log_options
from serving.server.address import format_address
from serving.server.config import ModelConfig, ServerConfig, TlsConfig, VersionPolicy
from serving.server.model_config_file import read_model_config_file
from serving.server.model_server import ModelServer

_SIGNAL_CHECK_S = 0.5
_SETTINGS = (  # options with the name of a setting
    "host",
    "port",
    "metrics_port",
    "poll_interval_s",
    "load_timeout_s",
    "max_batch",
    "max_concurrency",
    "max_message_bytes",
    "max_rows_in_flight",
    "threads",
    "joined_rows",
    "joined_runs",
    "receive_timeout_s",
    "heartbeat_timeout_s",
    "versions_always_present",
    "allow_reload",
    "model_config_file",
)


def main(arguments: list[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT; exit status 1 if the model could not be served.

    Args:
        arguments: command line without the program; None for the process's own.
    """
    options = argument_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        server = ModelServer(server_config(options)).start()
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    stop, failed = threading.Event(), threading.Event()
    if server.metrics_port is not None:
        print(f"metrics on {format_address(options.host, server.metrics_port)}", flush=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_announce, args=(server, options, stop, failed), daemon=True).start()
    while not stop.wait(_SIGNAL_CHECK_S):
        pass  # a signal may reach another thread, for example after SIGCONT, so wait with a timeout
    server.stop(options.grace_s)
    return 1 if failed.is_set() else 0


def argument_parser() -> argparse.ArgumentParser:
    """The command line of `python -m serving.server`."""
    defaults = ServerConfig()
    parser = argparse.ArgumentParser(prog="python -m serving.server", description="The local model server.")
    parser.add_argument("--model-name", default="lookbook", help="name of the model in requests")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--base-path", help="folder of the version folders; may be created later")
    source.add_argument(
        "--model-config-file",
        type=pathlib.Path,
        help="ModelServerConfig in text format with models, versions, labels and logging; read again when it changes",
    )
    parser.add_argument("--host", default=defaults.host, help="address to listen on")
    parser.add_argument("--port", type=int, default=defaults.port, help="0 for any free port")
    parser.add_argument("--metrics-port", type=int, default=None, help="HTTP port of Prometheus metrics, 0 for any")
    parser.add_argument("--latest", type=int, default=1, help="number of newest versions to serve")
    parser.add_argument("--version", type=int, action="append", default=[], help="version to serve; repeatable")
    parser.add_argument(
        "--poll-interval-s", type=float, default=defaults.poll_interval_s, help="interval between polls of the folder"
    )
    parser.add_argument(
        "--load-timeout-s", type=float, default=defaults.load_timeout_s, help="timeout of loading and warm-up"
    )
    parser.add_argument("--max-batch", type=int, default=defaults.max_batch, help="limit of customers in a request")
    parser.add_argument(
        "--max-concurrency", type=int, default=defaults.max_concurrency, help="limit of concurrent requests"
    )
    parser.add_argument(
        "--max-rows-in-flight",
        type=int,
        default=defaults.max_rows_in_flight,
        help="limit of customers in flight in a version, over all requests",
    )
    parser.add_argument(
        "--max-message-bytes", type=int, default=defaults.max_message_bytes, help="size limit of a request"
    )
    parser.add_argument(
        "--threads", type=int, default=defaults.threads, help="TensorFlow's threads; 0 for TensorFlow's default"
    )
    parser.add_argument(
        "--joined-rows",
        type=int,
        default=defaults.joined_rows,
        help="maximum number of customers of joined requests; 1 for no joining",
    )
    parser.add_argument(
        "--joined-runs",
        type=int,
        default=defaults.joined_runs,
        help="maximum number of joined runs at the same time; 0 for one for every two processors",
    )
    parser.add_argument(
        "--versions-always-present",
        action=argparse.BooleanOptionalAction,
        default=defaults.versions_always_present,
        help="keep loaded versions when the folder becomes empty",
    )
    parser.add_argument("--allow-reload", action="store_true", help="accept HandleReloadConfigRequest")
    parser.add_argument(
        "--reload-root",
        action="append",
        default=[],
        help="folder that must contain the base paths of reloads; repeatable (default: the parent of --base-path)",
    )
    parser.add_argument(
        "--receive-timeout-s",
        type=float,
        default=defaults.receive_timeout_s,
        help="timeout for a request message to arrive",
    )
    parser.add_argument(
        "--heartbeat-timeout-s",
        type=float,
        default=defaults.heartbeat_timeout_s,
        help="time without an answer after which a worker is killed and replaced",
    )
    log_options.add_to(parser)
    parser.add_argument("--grace-s", type=float, default=5.0, help="time for requests in flight to end at the stop")
    parser.add_argument("--tls-certificate", help="PEM file of the server's certificate chain")
    parser.add_argument("--tls-key", help="PEM file of its private key")
    parser.add_argument(
        "--tls-client-ca", help="PEM file of the authority of client certificates, which are then required"
    )
    parser.add_argument(
        "--exit-on-failure", action="store_true", help="exit if no version loads or the folder does not exist"
    )
    return parser


def server_config(options: argparse.Namespace) -> ServerConfig:
    """Settings of the server from parsed options.

    Raises:
        ValueError: a setting is out of range, TLS options are incomplete, or the folder does not exist.
    """
    models = _models(options)
    if options.exit_on_failure:
        for model in models:
            if not os.path.isdir(model.base_path):
                name = "--base-path" if options.base_path else f"base_path of model {model.name}"
                raise ValueError(f"{name} must be a folder that exists. Received: {model.base_path}.")
    settings = {name: getattr(options, name) for name in _SETTINGS}
    return ServerConfig(
        models=models,
        tls=_tls_config(options),
        reload_roots=tuple(options.reload_root),
        log=log_options.storage(options),
        **settings,
    )


def _models(options: argparse.Namespace) -> tuple[ModelConfig, ...]:
    if options.model_config_file is not None:
        return tuple(read_model_config_file(options.model_config_file))
    model = ModelConfig(
        name=options.model_name,
        base_path=options.base_path,
        policy=VersionPolicy(latest=options.latest, specific=tuple(options.version) or None),
        logging=log_options.logging_config(options),
    )
    return (model,)


def _tls_config(options: argparse.Namespace) -> TlsConfig | None:
    files = {
        "--tls-certificate": options.tls_certificate,
        "--tls-key": options.tls_key,
        "--tls-client-ca": options.tls_client_ca,
    }
    given = [option for option, path in files.items() if path]
    if not given:
        return None
    if not (options.tls_certificate and options.tls_key):
        raise ValueError(
            "--tls-certificate and --tls-key must be given together, also for --tls-client-ca. "
            f"Received: {' and '.join(given)} alone."
        )
    return TlsConfig(certificate=options.tls_certificate, key=options.tls_key, client_ca=options.tls_client_ca)


def _announce(server: ModelServer, options: argparse.Namespace, stop: threading.Event, failed: threading.Event) -> None:
    """Prints where the server listens when the model can answer, and why it cannot if all versions failed."""
    names = ", ".join(server.models())
    ready = server.wait_ready(options.load_timeout_s)
    while not ready and server.undecided() and not stop.is_set():  # an older version is being tried
        ready = server.wait_ready(options.poll_interval_s)
    if not ready and not stop.is_set():
        cause = "; ".join(server.failures()) or f"no version under {options.base_path or options.model_config_file}"
        print(f"error: {names} is not available: {cause}", file=sys.stderr, flush=True)
        if options.exit_on_failure:
            failed.set()
            stop.set()
    while not stop.is_set():
        if server.wait_ready(options.poll_interval_s):
            print(f"serving {names} on {format_address(options.host, server.port)}", flush=True)
            return
        stop.wait(options.poll_interval_s)  # wait_ready returns at once if all versions have failed
