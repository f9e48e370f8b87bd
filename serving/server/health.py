"""The health service grpc.health.v1, in the front's event loop.

Check reads the current availability of the models. It needs no thread, lock or worker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_health.v1 import health_pb2

from serving.errors import StatusError
from serving.server.open_calls import OpenCalls
from serving.server.receiving import Receiver

SERVICE = "grpc.health.v1.Health"
WATCH_INTERVAL_S = 0.2
_Status = health_pb2.HealthCheckResponse


class Health:
    """Answers Check and Watch.

    Args:
        ready: whether every model has an available version.
        services: names of the services; "" is the whole server.
        receiver: receives requests.
        open_calls: limit of open calls.
    """

    def __init__(
        self, ready: Callable[[], bool], services: tuple[str, ...], receiver: Receiver, open_calls: OpenCalls
    ) -> None:
        self._ready, self._services, self._receiver, self._open_calls = ready, ("", *services), receiver, open_calls
        self._stopping = False

    def handler(self) -> grpc.GenericRpcHandler:
        """Handler for `grpc.aio.Server.add_generic_rpc_handlers`."""
        methods = {
            "Check": grpc.stream_unary_rpc_method_handler(self._check),
            "Watch": grpc.stream_stream_rpc_method_handler(self._watch),
        }
        return grpc.method_handlers_generic_handler(SERVICE, methods)

    def stop(self) -> None:
        """Sets all services to NOT_SERVING permanently."""
        self._stopping = True

    async def _check(self, _requests: Any, context: Any) -> bytes:
        async with self._open_calls.one(context):
            service = await self._service(context)
            if service is None:
                return b""
            if service not in self._services:
                await context.abort(grpc.StatusCode.NOT_FOUND, f"unknown service: {service:.100}")
            return bytes(_Status(status=self._status()).SerializeToString())

    async def _watch(self, _requests: Any, context: Any) -> None:
        async with self._open_calls.one(context):
            service = await self._service(context)
            if service is None:
                return
            last = None
            while True:
                known = service in self._services
                status = self._status() if known else _Status.SERVICE_UNKNOWN
                if status != last:
                    await context.write(_Status(status=status).SerializeToString())
                    last = status
                await asyncio.sleep(WATCH_INTERVAL_S)

    async def _service(self, context: Any) -> str | None:
        try:
            request = await self._receiver.receive(context)
            if request is None:
                return None
            return str(health_pb2.HealthCheckRequest.FromString(request).service)
        except StatusError as error:
            await context.abort(error.code, error.message)
        except (DecodeError, UnicodeDecodeError):
            await context.abort(grpc.StatusCode.INTERNAL, "Exception deserializing request!")
        return None

    def _status(self) -> int:
        return int(_Status.SERVING if not self._stopping and self._ready() else _Status.NOT_SERVING)
