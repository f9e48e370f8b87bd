"""gRPC handlers of unary calls: receive the request, limit open calls and bytes, count the answer."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from serving.errors import StatusError, invalid_argument, truncated
from serving.server.config import ServerConfig
from serving.server.metrics import ServerMetrics
from serving.server.open_calls import OpenCalls
from serving.server.receiving import Receiver

_CLOCK_TOLERANCE_S = 0.01  # gRPC's deadlines use another clock


@dataclasses.dataclass(frozen=True)
class Answer:
    """The answer to a call.

    Attributes:
        content: serialised message.
        model: name of the model, for the metrics; "" for none.
        version: version of the model, for the metrics; "" for none.
    """

    content: bytes
    model: str = ""
    version: str = ""


class ModelStatusError(StatusError):
    """A StatusError of a request for a configured model, which the metrics name.

    Attributes:
        model: name of the model.
    """

    def __init__(self, model: str, error: StatusError) -> None:
        super().__init__(error.code, error.message)
        self.model = model


Call = Callable[[bytes, float], Awaitable[Answer]]  # serialised request, deadline by time.monotonic() -> answer


class UnaryCalls:
    """Makes gRPC handlers of functions; all share one limit of open calls and one of bytes.

    Args:
        config: settings of the server.
        metrics: metrics of the server.
        receiver: receives requests.
    """

    def __init__(self, config: ServerConfig, metrics: ServerMetrics, receiver: Receiver) -> None:
        self._config, self._metrics, self._receiver = config, metrics, receiver
        self._open_calls = OpenCalls(config.max_open_calls, "calls")
        self._bytes = 0

    def handler(self, method: str, call: Call) -> grpc.RpcMethodHandler:
        """Makes a gRPC handler of a function.

        Args:
            method: name of the method, for the metrics.
            call: function of the serialised request and its deadline on the clock `time.monotonic()`.
        """

        async def handle(_requests: Any, context: Any) -> bytes:
            start_s = time.monotonic()
            remaining_s = context.time_remaining()
            limit_s = self._config.default_deadline_s
            deadline_s = start_s + (limit_s if remaining_s is None else min(remaining_s, 1e9))
            model = version = ""
            code, message, size = grpc.StatusCode.OK, "", 0
            if not self._open_calls.enter():
                await context.abort(grpc.StatusCode.UNAVAILABLE, self._open_calls.refusal)
            try:
                request = await self._receiver.receive(context)
                if request is None:
                    code = grpc.StatusCode.CANCELLED
                    return b""
                self._check_bytes(len(request))
                size = len(request)
                self._bytes += size
                answer = await call(request, deadline_s)
                model, version = answer.model, answer.version
                return answer.content
            except StatusError as error:
                model = error.model if isinstance(error, ModelStatusError) else ""
                code, message = error.code, error.message
            except asyncio.CancelledError:
                late = time.monotonic() >= deadline_s - _CLOCK_TOLERANCE_S
                code = grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED
                raise
            except grpc.aio.AbortError:  # the message did not arrive in time
                code = grpc.StatusCode.DEADLINE_EXCEEDED
                raise
            except Exception:  # an unexpected error, which gRPC answers as UNKNOWN
                code = grpc.StatusCode.UNKNOWN
                raise
            finally:
                self._bytes -= size
                self._open_calls.leave()
                self._metrics.record(method, model, version, code.name, time.monotonic() - start_s)
            # Abort instead of a body with a status: gRPC treats a body as an answer, and clients would not retry.
            await context.abort(code, truncated(message))
            raise AssertionError("abort raises")

        return grpc.stream_unary_rpc_method_handler(handle)

    def _check_bytes(self, size: int) -> None:
        if self._bytes and self._bytes + size > self._config.max_bytes_in_flight:
            message = f"requests in flight exceed {self._config.max_bytes_in_flight} bytes; try again"
            raise StatusError(grpc.StatusCode.UNAVAILABLE, message)


def parse(request: bytes, kind: Any) -> Any:
    """Parses a serialised request.

    Args:
        request: serialised message.
        kind: class of the message.

    Raises:
        StatusError: INTERNAL, the bytes are not such a message.
    """
    try:
        return kind.FromString(request)
    except Exception as error:  # DecodeError; UnicodeDecodeError for a string that is not UTF-8
        raise StatusError(grpc.StatusCode.INTERNAL, "Exception deserializing request!") from error


def model_spec(request: Any) -> Any:
    """The ModelSpec of a parsed request.

    Raises:
        StatusError: INVALID_ARGUMENT, the request has none.
    """
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    return request.model_spec
