"""Channels of the query client: settings, TLS, keepalive."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import grpc

from serving.client.target import Address


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClientConfig:
    """Settings of the query client.

    Attributes:
        model_name: name of the model on the server.
        deadline_s: deadline of each call in seconds, including its retries and batches.
        max_attempts: attempts of one request while servers are UNAVAILABLE, 1 to 5; 1 for no retry. One attempt may
            try each of several servers once. The default waits add up to 3.75 s, longer than a new server process
            takes to load a model.
        backoff_s: approximate wait before the first retry. Doubles up to `max_backoff_s`; cut to half of the
            remaining time.
        max_backoff_s: longest wait before a retry.
        hedge_after_s: time without an answer, or a third of the deadline if that is less, after which the request is
            also sent to another server (or over a new connection if there is only one). The first answer is used.
        keepalive_s: interval between pings of a connection, also without requests; 0 for none. Servers close
            connections that ping more often than they permit. The project's own server permits 10 s, TensorFlow
            Serving needs `--grpc_channel_arguments` (see deploy/).
        keepalive_timeout_s: timeout of a ping, after which the connection is closed.
        batch_size: maximum number of customers or articles in one request.
        requests_at_once: maximum number of requests of one call in flight.
        tls_ca: PEM file of the authority that signed the server's certificate; None for plain text.
        tls_certificate: PEM file of the client's own certificate, for mutual TLS.
        tls_key: PEM file of its private key.
        tls_server_name: name in the server's certificate, if it is not the address.
        max_message_bytes: size limit of an answer.
    """

    model_name: str = "lookbook"
    deadline_s: float = 5.0
    max_attempts: int = 5
    backoff_s: float = 0.25
    max_backoff_s: float = 2.0
    hedge_after_s: float = 1.0
    keepalive_s: float = 20.0
    keepalive_timeout_s: float = 5.0
    batch_size: int = 64
    requests_at_once: int = 4
    tls_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    tls_server_name: str | None = None
    max_message_bytes: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        if not 1 <= self.max_attempts <= 5:
            raise ValueError(f"max_attempts must be in 1..5. Received: max_attempts = {self.max_attempts}.")
        for field in _POSITIVE:
            if not getattr(self, field) > 0:
                raise ValueError(f"{field} must be above 0. Received: {field} = {getattr(self, field)}.")
        if self.keepalive_s < 0:
            raise ValueError(f"keepalive_s must be 0 or above. Received: keepalive_s = {self.keepalive_s}.")


_CONNECT_TIMEOUT_MS = 5000  # a frozen server accepts connections but sends nothing
_POSITIVE = (
    "deadline_s",
    "backoff_s",
    "max_backoff_s",
    "hedge_after_s",
    "keepalive_timeout_s",
    "batch_size",
    "requests_at_once",
)


def open_channel(address: Address, config: ClientConfig) -> grpc.Channel:
    """A channel to one server, with its own connection; connects at the first request."""
    options: list[tuple[str, Any]] = [
        ("grpc.max_receive_message_length", config.max_message_bytes),
        ("grpc.max_send_message_length", -1),  # the server's limit decides
        ("grpc.use_local_subchannel_pool", 1),  # otherwise a new channel would share the old connection
        ("grpc.max_reconnect_backoff_ms", int(1000 * config.max_backoff_s)),
        ("grpc.initial_reconnect_backoff_ms", int(1000 * config.backoff_s)),
        ("grpc.min_reconnect_backoff_ms", _CONNECT_TIMEOUT_MS),
    ]
    if config.keepalive_s:
        options += [
            ("grpc.keepalive_time_ms", int(1000 * config.keepalive_s)),
            ("grpc.keepalive_timeout_ms", int(1000 * config.keepalive_timeout_s)),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
        ]
    if address.name:
        options.append(("grpc.default_authority", address.name))
    if config.tls_ca is None:
        return grpc.insecure_channel(address.uri, options)
    server_name = config.tls_server_name or address.host
    if server_name:
        options.append(("grpc.ssl_target_name_override", server_name))
    key, certificate = (Path(path).read_bytes() if path else None for path in (config.tls_key, config.tls_certificate))
    credentials = grpc.ssl_channel_credentials(Path(config.tls_ca).read_bytes(), key, certificate)
    return grpc.secure_channel(address.uri, credentials, options)
