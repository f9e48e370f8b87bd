"""Server reflection with limits: a timeout for idle streams and a maximum number of streams."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc_reflection.v1alpha import reflection, reflection_pb2
from grpc_reflection.v1alpha._async import ReflectionServicer

from serving import wire
from serving.errors import StatusError
from serving.server.open_calls import OpenCalls
from serving.server.receiving import Receiver

METHOD = "ServerReflectionInfo"


class Reflection:
    """Answers requests for services and messages.

    Args:
        services: names to list.
        receiver: receives requests; its timeout applies to each request of a stream.
        open_calls: limit of open streams.
    """

    def __init__(self, services: tuple[str, ...], receiver: Receiver, open_calls: OpenCalls) -> None:
        names = (*services, reflection.SERVICE_NAME)
        self._answers = ReflectionServicer(names, pool=wire.POOL).ServerReflectionInfo
        self._receiver, self._open_calls = receiver, open_calls

    def handler(self) -> grpc.GenericRpcHandler:
        """Handler for `grpc.aio.Server.add_generic_rpc_handlers`."""
        methods = {METHOD: grpc.stream_stream_rpc_method_handler(self._stream)}
        return grpc.method_handlers_generic_handler(reflection.SERVICE_NAME, methods)

    async def _stream(self, _requests: Any, context: Any) -> None:
        async with self._open_calls.one(context):
            async for answer in self._answers(self._received(context), context):
                await context.write(answer.SerializeToString())

    async def _received(self, context: Any) -> Any:
        while True:
            try:
                request = await self._receiver.receive(context)
                if request is None:
                    return
                parsed = reflection_pb2.ServerReflectionRequest.FromString(request)
            except StatusError as error:
                await context.abort(error.code, error.message)
            except (DecodeError, UnicodeDecodeError):
                await context.abort(grpc.StatusCode.INTERNAL, "Exception deserializing request!")
            yield parsed
