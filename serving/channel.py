"""How the query client reaches a server: settings, TLS, and gRPC's own retries."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import grpc

from serving import wire


@dataclasses.dataclass(frozen=True, kw_only=True)
class ClientConfig:
    """How to ask.

    Attributes:
        model_name: as the server knows it.
        deadline_s: of each call, all its retries and batches included.
        max_attempts: of one request when the server is UNAVAILABLE; 1 to 5 (gRPC's limit), 1 for no retry.
        backoff_s: about what is waited before the first retry; doubles up to `max_backoff_s`.
        max_backoff_s: longest wait.
        batch_size: most customers or articles in one request.
        requests_at_once: requests of one call on their way at the same time.
        tls_ca: PEM file of the authority that signed the server's certificate; None for plain text.
        tls_certificate: PEM file of the client's own certificate, for mutual TLS.
        tls_key: its private key.
        tls_server_name: the name in the server's certificate, if it isn't the address.
        max_message_bytes: of an answer.

    """

    model_name: str = "lookbook"
    deadline_s: float = 5.0
    max_attempts: int = 4
    backoff_s: float = 0.1
    max_backoff_s: float = 1.0
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
        for field in ("deadline_s", "backoff_s", "max_backoff_s", "batch_size", "requests_at_once"):
            if not getattr(self, field) > 0:
                raise ValueError(f"{field} must be above 0. Received: {field} = {getattr(self, field)}.")


def open_channel(target: str, config: ClientConfig) -> grpc.Channel:
    """A channel to `host:port`; it connects when first asked."""
    options: list[tuple[str, Any]] = [
        ("grpc.service_config", _service_config(config)),
        ("grpc.max_receive_message_length", config.max_message_bytes),
        ("grpc.max_send_message_length", -1),  # the server's limit decides
    ]
    if config.tls_server_name:
        options.append(("grpc.ssl_target_name_override", config.tls_server_name))
    if config.tls_ca is None:
        return grpc.insecure_channel(target, options)
    key, certificate = (Path(path).read_bytes() if path else None for path in (config.tls_key, config.tls_certificate))
    credentials = grpc.ssl_channel_credentials(Path(config.tls_ca).read_bytes(), key, certificate)
    return grpc.secure_channel(target, credentials, options)


def _service_config(config: ClientConfig) -> str:
    method: dict[str, Any] = {"name": [{"service": wire.PREDICTION_SERVICE}, {"service": wire.MODEL_SERVICE}]}
    if config.max_attempts > 1:
        method["retryPolicy"] = {
            "maxAttempts": config.max_attempts,
            "initialBackoff": f"{config.backoff_s:.3f}s",
            "maxBackoff": f"{config.max_backoff_s:.3f}s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": ["UNAVAILABLE"],
        }
    return json.dumps({"methodConfig": [method]})
