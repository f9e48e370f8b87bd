"""The four calls of TensorFlow Serving's API, as functions of bytes.

Predict is passed through: the front reads the model_spec and nothing else of it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from serving import wire
from serving.errors import StatusError, truncated
from serving.server.config import ServerConfig
from serving.server.manager import ModelManager
from serving.server.metrics import ServerMetrics
from serving.server.open_calls import OpenCalls
from serving.server.receiving import Receiver
from serving.server.reload import Reloader
from serving.server.served_worker import Worker, WorkerGoneError

_SIGNATURE_FIELD = "signature_def"
_SIGNATURE_TYPE = "type.googleapis.com/tensorflow.serving.SignatureDefMap"
_STATUS_THREADS, _RELOAD_THREADS = 4, 4
_CLOCKS_S = 0.01  # tolerance: gRPC's deadlines use another clock
_LOOK_S = 0.02  # poll interval for a version that is being restarted
_TRIES = 2  # of a request whose worker ends; limits how many workers one request can crash

_Call = Callable[[bytes, float], Awaitable[tuple[str, str, bytes]]]  # -> model, version, answer


class Handlers:
    """Answers requests in the front's event loop.

    Args:
        config: of the server.
        manager: of the versions.
        metrics: where answers are counted.
        receiver: receives requests.

    """

    def __init__(self, config: ServerConfig, manager: ModelManager, metrics: ServerMetrics, receiver: Receiver) -> None:
        self._config, self._manager, self._metrics, self._receiver = config, manager, metrics, receiver
        self._open_calls = OpenCalls(config.max_open_calls, "calls")
        self._working = self._bytes = 0
        self._reloader = Reloader(config, manager)
        self._status_threads = ThreadPoolExecutor(_STATUS_THREADS, thread_name_prefix="status")
        self._reload_threads = ThreadPoolExecutor(_RELOAD_THREADS, thread_name_prefix="reload")

    def generic(self) -> tuple[grpc.GenericRpcHandler, ...]:
        """Handlers of the two services, for `grpc.aio.Server.add_generic_rpc_handlers`."""
        prediction = {
            "Predict": self._unary("Predict", self._predict),
            "GetModelMetadata": self._unary("GetModelMetadata", self._metadata),
        }
        model = {
            "GetModelStatus": self._unary("GetModelStatus", self._status),
            "HandleReloadConfigRequest": self._unary("HandleReloadConfigRequest", self._reload),
        }
        return (
            grpc.method_handlers_generic_handler(wire.PREDICTION_SERVICE, prediction),
            grpc.method_handlers_generic_handler(wire.MODEL_SERVICE, model),
        )

    def stop(self) -> None:
        """Lets go of the threads."""
        self._status_threads.shutdown(wait=False)
        self._reload_threads.shutdown(wait=False)

    def _unary(self, method: str, call: _Call) -> grpc.RpcMethodHandler:
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
                model, version, answer = await call(request, deadline_s)
                return answer
            except _ModelError as failure:
                model, version, code = failure.model, failure.version, failure.status.code
                message = failure.status.message
            except StatusError as error:
                code, message = error.code, error.message
            except asyncio.CancelledError:
                late = time.monotonic() >= deadline_s - _CLOCKS_S
                code = grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.CANCELLED
                raise
            except grpc.aio.AbortError:  # its message did not arrive in time
                code = grpc.StatusCode.DEADLINE_EXCEEDED
                raise
            except Exception:  # a bug, which gRPC answers as UNKNOWN
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

    async def _predict(self, request: bytes, deadline_s: float) -> tuple[str, str, bytes]:
        spec = _model_spec(request, wire.RequestHead)
        if self._working >= self._config.max_concurrency:
            message = f"more than {self._config.max_concurrency} requests at once; try again"
            raise StatusError(grpc.StatusCode.UNAVAILABLE, message)
        place = _Place(self)
        try:
            number, answer = await self._answer(spec, request, deadline_s, place)
            return spec.name, str(number), answer
        except StatusError as error:
            known = self._manager.available(spec.name)
            raise _ModelError(spec.name if known else "", "", error) from error
        finally:
            place.leave()

    async def _answer(self, spec: Any, request: bytes, deadline_s: float, place: _Place) -> tuple[int, bytes]:
        tries = 0
        while True:
            number, worker = await self._find(spec, deadline_s)
            if not worker.lease():
                await asyncio.sleep(_LOOK_S)  # the worker is closing; poll for its successor
                continue
            try:
                return number, await worker.predict(request, deadline_s, place.lent(worker))
            except WorkerGoneError as error:
                self._manager.wake()
                tries += error.sent
                if tries >= _TRIES or time.monotonic() >= deadline_s:
                    raise StatusError(grpc.StatusCode.UNAVAILABLE, str(error)) from error
                await asyncio.sleep(_LOOK_S)

    async def _find(self, spec: Any, deadline_s: float) -> tuple[int, Worker]:
        """Version and worker. Waits for a restart for half the time left, which leaves time for another server."""
        now_s = time.monotonic()
        patience_end_s = now_s + (deadline_s - now_s) / 2
        while True:
            try:
                return self._manager.find(spec)
            except StatusError as error:
                if error.code is not grpc.StatusCode.UNAVAILABLE or time.monotonic() >= patience_end_s:
                    raise
            await asyncio.sleep(_LOOK_S)

    async def _metadata(self, request_bytes: bytes, deadline_s: float) -> tuple[str, str, bytes]:
        request = _parse(request_bytes, wire.GetModelMetadataRequest)
        if not request.HasField("model_spec"):
            raise _invalid("Missing ModelSpec")
        if not request.metadata_field:
            raise _invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != _SIGNATURE_FIELD:
                # TensorFlow Serving appends the name to a format string it never fills in.
                raise _invalid(f"Metadata field %s is not supported{field}")
        number, worker = await self._find(request.model_spec, deadline_s)
        response = wire.GetModelMetadataResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = number
        packed = response.metadata[_SIGNATURE_FIELD]
        packed.type_url, packed.value = _SIGNATURE_TYPE, worker.signatures
        return request.model_spec.name, str(number), response.SerializeToString()

    async def _status(self, request: bytes, _deadline_s: float) -> tuple[str, str, bytes]:
        spec = _model_spec(request, wire.GetModelStatusRequest)
        number = spec.version.value if spec.HasField("version") else None
        loop = asyncio.get_running_loop()
        statuses = await loop.run_in_executor(self._status_threads, self._manager.statuses, spec.name, number)
        if not statuses:
            what = "any versions" if number is None else f"version {number}"
            raise StatusError(grpc.StatusCode.NOT_FOUND, f"Could not find {what} of model {spec.name}")
        response = wire.GetModelStatusResponse()
        for status in statuses:
            entry = response.model_version_status.add(version=status.version, state=int(status.phase))
            entry.status.error_code = status.code.value[0]
            entry.status.error_message = status.message
        return spec.name, "", response.SerializeToString()

    async def _reload(self, request_bytes: bytes, deadline_s: float) -> tuple[str, str, bytes]:
        config = _parse(request_bytes, wire.ReloadConfigRequest).config
        gone = threading.Event()
        loop, reload = asyncio.get_running_loop(), self._reloader.reload
        try:
            await loop.run_in_executor(self._reload_threads, reload, config, deadline_s, gone.is_set)
        finally:
            gone.set()
        response = wire.ReloadConfigResponse()
        response.status.error_code = 0
        return "", "", response.SerializeToString()


class _Place:
    """One of the concurrent requests; released when the request and its workers are done.

    A worker may be done later than its caller: a cancelled request keeps its place while its rows are computed.
    """

    def __init__(self, handlers: Handlers) -> None:
        self._handlers, self._holders = handlers, 1
        handlers._working += 1
        handlers._metrics.in_flight.inc()

    def lent(self, worker: Worker) -> Callable[[], None]:
        """Holds the place for a leased worker; call the returned function to release it."""
        self._holders += 1

        def ended() -> None:
            worker.release()
            self.leave()

        return ended

    def leave(self) -> None:
        """One holder fewer."""
        self._holders -= 1
        if not self._holders:
            self._handlers._working -= 1
            self._handlers._metrics.in_flight.dec()


class _ModelError(Exception):
    """A failure whose model is known to be a configured one, for the metrics."""

    def __init__(self, model: str, version: str, status: StatusError) -> None:
        super().__init__(status.message)
        self.model, self.version, self.status = model, version, status


def _parse(request: bytes, kind: Any) -> Any:
    try:
        return kind.FromString(request)
    except Exception as error:  # DecodeError, and UnicodeDecodeError for a string that is not UTF-8
        raise StatusError(grpc.StatusCode.INTERNAL, "Exception deserializing request!") from error


def _model_spec(request: bytes, kind: Any) -> Any:
    head = _parse(request, kind)
    if not head.HasField("model_spec"):
        raise _invalid("Missing ModelSpec")
    return head.model_spec


def _invalid(message: str) -> StatusError:
    return StatusError(grpc.StatusCode.INVALID_ARGUMENT, message)
