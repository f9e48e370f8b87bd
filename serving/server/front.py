"""The gRPC server of the front: options that limit the cost of connections, port, services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import grpc

from serving import wire
from serving.server.address import check_free, format_address
from serving.server.config import ServerConfig
from serving.server.event_loop import event_loop
from serving.server.health import Health
from serving.server.open_calls import OpenCalls
from serving.server.receiving import Receiver
from serving.server.reflecting import Reflection
from serving.server.tls import Certificates

_HANDSHAKE_MS = 10_000
_KEEPALIVE_TIMEOUT_MS = 10_000
_PING_INTERVAL_MS = 1_000  # minimum interval of client pings, also without a call
_SMALL_BYTES = 65536  # size limit of a request for health or reflection
_SERVICES = (wire.PREDICTION_SERVICE, wire.MODEL_SERVICE)


class Front:
    """Listens and answers. Call its methods from threads other than the event loop's.

    Args:
        config: settings of the server.
        services: handlers of TensorFlow Serving's services; health and reflection are added.
        ready: whether every model has an available version.
    """

    def __init__(
        self, config: ServerConfig, services: Iterable[grpc.GenericRpcHandler], ready: Callable[[], bool]
    ) -> None:
        self._config = config
        small = Receiver(config.receive_timeout_s, _SMALL_BYTES)
        self._health = Health(ready, _SERVICES, small, OpenCalls(config.max_open_calls, "calls for health"))
        streams = OpenCalls(config.max_reflection_streams, "reflection streams")
        reflection = Reflection(_SERVICES, small, streams)
        self._handlers = (*services, self._health.handler(), reflection.handler())
        self._server: grpc.aio.Server | None = None

    def start(self) -> int:
        """Binds the port and starts answering; returns the port.

        Raises:
            OSError: the port cannot be bound.
            ValueError: the certificates are invalid.
        """
        return int(_run(self._start()))

    def stop(self, grace_s: float) -> None:
        """Refuses new calls and gives open calls `grace_s` to end; health is NOT_SERVING at once."""
        self._health.stop()
        if self._server is not None:
            _run(self._server.stop(grace_s))

    async def _start(self) -> int:
        tls = self._config.tls
        credentials = Certificates(tls).credentials() if tls is not None else None
        server = grpc.aio.server(options=_options(self._config))
        server.add_generic_rpc_handlers(self._handlers)
        address = format_address(self._config.host, self._config.port)
        check_free(self._config.host, self._config.port)
        try:
            port = (
                server.add_insecure_port(address)
                if credentials is None
                else server.add_secure_port(address, credentials)
            )
        except RuntimeError:
            port = 0
        if not port:
            raise OSError(f"port must be free. Received: {address}, which cannot be bound.")
        await server.start()
        self._server = server
        return int(port)


def _options(config: ServerConfig) -> tuple[tuple[str, int], ...]:
    return (
        ("grpc.max_receive_message_length", config.max_message_bytes),
        ("grpc.max_send_message_length", -1),
        ("grpc.per_message_decompression", 0),  # `receiving` inflates messages with a size limit
        ("grpc.so_reuseport", 0),
        ("grpc.max_concurrent_streams", config.max_calls_per_connection),
        ("grpc.server_handshake_timeout_ms", _HANDSHAKE_MS),
        ("grpc.max_connection_idle_ms", int(config.connection_idle_s * 1000)),
        ("grpc.keepalive_time_ms", int(config.keepalive_s * 1000)),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", _PING_INTERVAL_MS),
    )


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run_coroutine_threadsafe(work, event_loop()).result()
