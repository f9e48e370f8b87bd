"""TensorFlow Serving's ModelService: GetModelStatus and HandleReloadConfigRequest.

Both may wait for a lock or for versions, so they run in threads and not in the event loop.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc

from serving import wire
from serving.errors import StatusError
from serving.server.config import ServerConfig
from serving.server.manager import ModelManager
from serving.server.reload import Reloader
from serving.server.unary_calls import Answer, UnaryCalls, model_spec, parse

_STATUS_THREADS, _RELOAD_THREADS = 4, 4


class ModelService:
    """Answers requests for the status and the configuration of models.

    Args:
        config: settings of the server.
        manager: manager of the versions.
    """

    def __init__(self, config: ServerConfig, manager: ModelManager) -> None:
        self._manager = manager
        self._reloader = Reloader(config, manager)
        self._status_threads = ThreadPoolExecutor(_STATUS_THREADS, thread_name_prefix="status")
        self._reload_threads = ThreadPoolExecutor(_RELOAD_THREADS, thread_name_prefix="reload")

    def handler(self, calls: UnaryCalls) -> grpc.GenericRpcHandler:
        """Handler for `grpc.aio.Server.add_generic_rpc_handlers`."""
        methods = {
            "GetModelStatus": calls.handler("GetModelStatus", self._status),
            "HandleReloadConfigRequest": calls.handler("HandleReloadConfigRequest", self._reload),
        }
        return grpc.method_handlers_generic_handler(wire.MODEL_SERVICE, methods)

    def stop(self) -> None:
        """Ends the threads once they are idle."""
        self._status_threads.shutdown(wait=False)
        self._reload_threads.shutdown(wait=False)

    async def _status(self, request: bytes, _deadline_s: float) -> Answer:
        spec = model_spec(parse(request, wire.GetModelStatusRequest))
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
        return Answer(response.SerializeToString(), spec.name)

    async def _reload(self, request_bytes: bytes, deadline_s: float) -> Answer:
        config = parse(request_bytes, wire.ReloadConfigRequest).config
        cancelled = threading.Event()
        loop, reload = asyncio.get_running_loop(), self._reloader.reload
        try:
            await loop.run_in_executor(self._reload_threads, reload, config, deadline_s, cancelled.is_set)
        finally:
            cancelled.set()
        response = wire.ReloadConfigResponse()
        response.status.error_code = 0
        return Answer(response.SerializeToString())
