"""TensorFlow Serving's PredictionService: Predict and GetModelMetadata.

Predict requests are passed on to a worker: the front parses only their model_spec.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc

from serving import wire
from serving.errors import StatusError, invalid_argument
from serving.server.manager import ModelManager
from serving.server.request_log import RequestLog
from serving.server.request_slots import RequestSlots, Slot
from serving.server.served_worker import Worker, WorkerEndedError
from serving.server.unary_calls import Answer, ModelStatusError, UnaryCalls, model_spec, parse

_SIGNATURE_FIELD = "signature_def"
_SIGNATURE_TYPE = "type.googleapis.com/tensorflow.serving.SignatureDefMap"
_POLL_INTERVAL_S = 0.02  # while a version is being restarted
_MAX_TRIES = 2  # of a request whose worker ends; limits how many workers one request can crash


class PredictionService:
    """Answers requests in the front's event loop.

    Args:
        manager: manager of the versions.
        slots: limit of concurrent Predict requests.
        log: gets the answered Predict requests.
    """

    def __init__(self, manager: ModelManager, slots: RequestSlots, log: RequestLog) -> None:
        self._manager, self._slots, self._log = manager, slots, log

    def handler(self, calls: UnaryCalls) -> grpc.GenericRpcHandler:
        """Handler for `grpc.aio.Server.add_generic_rpc_handlers`."""
        methods = {
            "Predict": calls.handler("Predict", self._predict),
            "GetModelMetadata": calls.handler("GetModelMetadata", self._metadata),
        }
        return grpc.method_handlers_generic_handler(wire.PREDICTION_SERVICE, methods)

    async def _predict(self, request: bytes, deadline_s: float) -> Answer:
        spec = model_spec(parse(request, wire.RequestHead))
        slot = self._slots.take()
        try:
            number, content = await self._answer(spec, request, deadline_s, slot)
            self._log.offer(self._manager.model(spec.name), number, spec.signature_name, request, content)
            return Answer(content, spec.name, str(number))
        except StatusError as error:
            raise ModelStatusError(spec.name if self._manager.available(spec.name) else "", error) from error
        finally:
            slot.release()

    async def _answer(self, spec: Any, request: bytes, deadline_s: float, slot: Slot) -> tuple[int, bytes]:
        """Version and serialised answer; sends the request to the next worker if one ends before it answers."""
        tries = 0
        while True:
            number, worker = await self._find(spec, deadline_s)
            if not worker.lease():  # it is closing; wait for its successor
                await asyncio.sleep(_POLL_INTERVAL_S)
                continue
            try:
                return number, await worker.predict(request, deadline_s, slot.hold(worker))
            except WorkerEndedError as error:
                self._manager.wake()
                tries += error.sent
                if tries >= _MAX_TRIES or time.monotonic() >= deadline_s:
                    raise StatusError(grpc.StatusCode.UNAVAILABLE, str(error)) from error
                await asyncio.sleep(_POLL_INTERVAL_S)

    async def _find(self, spec: Any, deadline_s: float) -> tuple[int, Worker]:
        """Version and worker; waits for a restart for half of the time left, which leaves time for another server."""
        now_s = time.monotonic()
        wait_until_s = now_s + (deadline_s - now_s) / 2
        while True:
            try:
                return self._manager.find(spec)
            except StatusError as error:
                if error.code is not grpc.StatusCode.UNAVAILABLE or time.monotonic() >= wait_until_s:
                    raise
            await asyncio.sleep(_POLL_INTERVAL_S)

    async def _metadata(self, request_bytes: bytes, deadline_s: float) -> Answer:
        request = parse(request_bytes, wire.GetModelMetadataRequest)
        spec = model_spec(request)
        if not request.metadata_field:
            raise invalid_argument("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != _SIGNATURE_FIELD:
                # As TensorFlow Serving, which appends the name to a format string instead of formatting it.
                raise invalid_argument(f"Metadata field %s is not supported{field}")
        number, worker = await self._find(spec, deadline_s)
        response = wire.GetModelMetadataResponse()
        response.model_spec.name = spec.name
        response.model_spec.version.value = number
        packed = response.metadata[_SIGNATURE_FIELD]
        packed.type_url, packed.value = _SIGNATURE_TYPE, worker.signatures
        return Answer(response.SerializeToString(), spec.name, str(number))
