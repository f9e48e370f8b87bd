"""Checks the health of a server; the exit status is the result, for health checks of containers.

    python -m serving.probe 127.0.0.1:8500            0 if every model has an available version
    python -m serving.probe --alive 127.0.0.1:8500    0 if the server answers, also while it loads

With TLS: `--tls-ca`, and `--tls-certificate` and `--tls-key` if the server requires a client certificate.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from serving.client.channel import ClientConfig, open_channel
from serving.client.target import Address, Target

TIMEOUT_S = 3.0


def healthy(target: str, timeout_s: float = TIMEOUT_S, *, alive: bool = False, tls: ClientConfig | None = None) -> bool:
    """Checks the health of a server.

    Args:
        target: `host:port`.
        timeout_s: timeout of the answer in seconds.
        alive: accept any answer, also if no version is available yet.
        tls: settings whose `tls_*` are used; None for plain text.

    Returns:
        Whether every model has an available version; with `alive`, whether the server answers.

    Raises:
        OSError: a file of `tls` cannot be read.
        ValueError: `target` is malformed.
    """
    Target(target)  # checks its form; gRPC resolves names
    with open_channel(Address(target), tls or ClientConfig()) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=timeout_s)
        except grpc.RpcError:
            return False
    return alive or bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 if the server is healthy, else 1.

    Args:
        arguments: command line without the program; None for the process's own.
    """
    options = argument_parser().parse_args(arguments)
    if options.tls_ca is None and (options.tls_certificate or options.tls_key or options.tls_server_name):
        argument_parser().error("--tls-ca must be given with the other --tls options. Received: none.")
    tls = ClientConfig(
        tls_ca=options.tls_ca,
        tls_certificate=options.tls_certificate,
        tls_key=options.tls_key,
        tls_server_name=options.tls_server_name,
    )
    try:
        return 0 if healthy(options.target, options.timeout_s, alive=options.alive, tls=tls) else 1
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def argument_parser() -> argparse.ArgumentParser:
    """The command line of `python -m serving.probe`."""
    parser = argparse.ArgumentParser(prog="python -m serving.probe", description="Checks the health of a server.")
    parser.add_argument("target", help="host:port")
    parser.add_argument("--alive", action="store_true", help="accept any answer, also while the server loads")
    parser.add_argument("--timeout-s", type=float, default=TIMEOUT_S, help="timeout of the answer")
    parser.add_argument("--tls-ca", type=Path, help="PEM file of the authority that signed the server's certificate")
    parser.add_argument("--tls-certificate", type=Path, help="PEM file of the client's certificate, for mutual TLS")
    parser.add_argument("--tls-key", type=Path, help="PEM file of its private key")
    parser.add_argument("--tls-server-name", help="name in the server's certificate, if it is not the address")
    return parser


if __name__ == "__main__":
    sys.exit(main())
