"""The four calls of TensorFlow Serving's API, as functions of bytes.

Predict is passed through: the front reads the model_spec and nothing else of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import grpc

from serving import wire
from serving.config import ServerConfig
from serving.errors import StatusError, truncated
from serving.manager import ModelManager
from serving.metrics import ServerMetrics
from serving.reload import Reloader

_SIGNATURE_FIELD = "signature_def"
_SIGNATURE_TYPE = "type.googleapis.com/tensorflow.serving.SignatureDefMap"
_FIND_ATTEMPTS = 100  # a version found may be closing; the next look finds its successor

_Cancelled = Callable[[], bool]  # whether the caller has gone
_Call = Callable[[bytes, float, _Cancelled], tuple[str, str, bytes]]  # -> model, version, answer


class Handlers:
    """Answers requests.

    Args:
        config: of the server.
        manager: of the versions.
        metrics: where answers are counted.

    """

    def __init__(self, config: ServerConfig, manager: ModelManager, metrics: ServerMetrics) -> None:
        self._config, self._manager, self._metrics = config, manager, metrics
        self._slots = threading.Semaphore(config.max_concurrency)
        self._reloader = Reloader(config, manager)

    def generic(self) -> tuple[grpc.GenericRpcHandler, ...]:
        """The two services, for `grpc.Server.add_generic_rpc_handlers`."""
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

    def _unary(self, method: str, call: _Call) -> grpc.RpcMethodHandler:
        def handle(request: bytes, context: grpc.ServicerContext) -> bytes:
            start_s = time.monotonic()
            remaining_s = context.time_remaining()
            limit_s = self._config.default_deadline_s
            deadline_s = start_s + (limit_s if remaining_s is None else min(remaining_s, 1e9))
            model = version = ""
            code, answer = grpc.StatusCode.OK, b""
            try:
                model, version, answer = call(request, deadline_s, lambda: not context.is_active())
            except _ModelError as failure:
                model, version, code = failure.model, failure.version, failure.status.code
                _fail(context, failure.status)
            except StatusError as error:
                code = error.code
                _fail(context, error)
            self._metrics.record(method, model, version, code.name, time.monotonic() - start_s)
            return answer

        return grpc.unary_unary_rpc_method_handler(handle)

    def _predict(self, request: bytes, deadline_s: float, _cancelled: _Cancelled) -> tuple[str, str, bytes]:
        spec = _model_spec(request, wire.RequestHead)
        if not self._slots.acquire(blocking=False):
            message = f"more than {self._config.max_concurrency} requests at once; try again"
            raise StatusError(grpc.StatusCode.UNAVAILABLE, message)
        self._metrics.in_flight.inc()
        try:
            for _ in range(_FIND_ATTEMPTS):
                number, worker = self._manager.find(spec)
                with worker.lease() as open_:
                    if open_:
                        return spec.name, str(number), worker.predict(request, deadline_s)
                time.sleep(0)  # lets the thread that is swapping publish its map
        except StatusError as error:
            if error.code is grpc.StatusCode.UNAVAILABLE:
                self._manager.wake()
            known = self._manager.available(spec.name)
            raise _ModelError(spec.name if known else "", "", error) from error
        finally:
            self._metrics.in_flight.dec()
            self._slots.release()
        raise StatusError(grpc.StatusCode.UNAVAILABLE, f"model {spec.name} is changing versions; try again")

    def _metadata(self, request_bytes: bytes, _deadline_s: float, _cancelled: _Cancelled) -> tuple[str, str, bytes]:
        request = _parse(request_bytes, wire.GetModelMetadataRequest)
        if not request.HasField("model_spec"):
            raise _invalid("Missing ModelSpec")
        if not request.metadata_field:
            raise _invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != _SIGNATURE_FIELD:
                # TensorFlow Serving appends the name to a format string it never fills in.
                raise _invalid(f"Metadata field %s is not supported{field}")
        number, worker = self._manager.find(request.model_spec)
        response = wire.GetModelMetadataResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = number
        packed = response.metadata[_SIGNATURE_FIELD]
        packed.type_url, packed.value = _SIGNATURE_TYPE, worker.signatures
        return request.model_spec.name, str(number), response.SerializeToString()

    def _status(self, request: bytes, _deadline_s: float, _cancelled: _Cancelled) -> tuple[str, str, bytes]:
        spec = _model_spec(request, wire.GetModelStatusRequest)
        number = spec.version.value if spec.HasField("version") else None
        statuses = self._manager.statuses(spec.name, number)
        if not statuses:
            what = "any versions" if number is None else f"version {number}"
            raise StatusError(grpc.StatusCode.NOT_FOUND, f"Could not find {what} of model {spec.name}")
        response = wire.GetModelStatusResponse()
        for status in statuses:
            entry = response.model_version_status.add(version=status.version, state=int(status.phase))
            entry.status.error_code = status.code.value[0]
            entry.status.error_message = status.message
        return spec.name, "", response.SerializeToString()

    def _reload(self, request_bytes: bytes, deadline_s: float, cancelled: _Cancelled) -> tuple[str, str, bytes]:
        config = _parse(request_bytes, wire.ReloadConfigRequest).config
        self._reloader.reload(config, deadline_s, cancelled)
        response = wire.ReloadConfigResponse()
        response.status.error_code = 0
        return "", "", response.SerializeToString()


class _ModelError(Exception):
    """A failure whose model is known to be a configured one, for the metrics."""

    def __init__(self, model: str, version: str, status: StatusError) -> None:
        super().__init__(status.message)
        self.model, self.version, self.status = model, version, status


def _fail(context: grpc.ServicerContext, error: StatusError) -> None:
    context.set_code(error.code)
    context.set_details(truncated(error.message))


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
