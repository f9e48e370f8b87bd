"""The request log: answered Predict requests as records in files.

The event loop only puts a request and its answer into a queue of limited size. One thread makes records of them and
writes them. A full queue, a full disk or any other failure costs records, which a metric counts, and never an answer.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time

from serving.server.config import ModelConfig
from serving.server.log_config import LogStorage
from serving.server.log_files import LogFiles
from serving.server.log_records import Answered, record
from serving.server.metrics import ServerMetrics

_log = logging.getLogger(__name__)


class RequestLog:
    """Logs the Predict requests of the models that have a `logging`.

    Args:
        storage: how the logs are kept.
        metrics: counts written and lost records.
    """

    def __init__(self, storage: LogStorage, metrics: ServerMetrics) -> None:
        self._storage, self._metrics = storage, metrics
        self._queue: queue.SimpleQueue[tuple[str, Answered] | None] = queue.SimpleQueue()
        # Two counters, each written by one thread: their difference is what waits, without a lock.
        self._queued_bytes = self._taken_bytes = 0
        self._files: dict[str, LogFiles] = {}
        self._failing: set[str] = set()  # prefixes whose last record could not be written
        self._thread = threading.Thread(target=self._write_forever, name="request-log", daemon=True)

    def start(self) -> None:
        """Starts the thread that writes."""
        self._thread.start()

    def offer(self, model: ModelConfig | None, version: int, signature: str, request: bytes, response: bytes) -> None:
        """Logs an answered request if it is sampled; call it in the event loop.

        Args:
            model: settings of the model; None logs nothing.
            version: number of the version that answered.
            signature: `signature_name` of the request.
            request: serialised PredictRequest.
            response: serialised PredictResponse.
        """
        if model is None or model.logging is None or random.random() >= model.logging.sampling_rate:
            return
        rate = model.logging.sampling_rate
        answered = Answered(model.name, version, signature, rate, time.time(), request, response)
        waiting = self._queued_bytes - self._taken_bytes
        if waiting and waiting + answered.size > self._storage.queue_bytes:
            self._metrics.record_log(model.name, "dropped")
            return
        self._queued_bytes += answered.size
        self._queue.put((model.logging.filename_prefix, answered))

    def stop(self, grace_s: float) -> None:
        """Writes what waits, for at most `grace_s`, and closes the files; call it when no request is in flight."""
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(grace_s)

    def _write_forever(self) -> None:
        while (item := self._queue.get()) is not None:
            prefix, answered = item
            self._metrics.record_log(answered.model, self._write(prefix, answered))
            self._taken_bytes += answered.size
        for files in self._files.values():
            files.close()

    def _write(self, prefix: str, answered: Answered) -> str:
        """Writes one record; returns the outcome for the metric."""
        try:
            content = record(answered, self._storage.salt, self._storage.hashed_inputs)
            if content is None:
                return "left_out"
            if prefix not in self._files:
                self._files[prefix] = LogFiles(prefix, self._storage.file_bytes, self._storage.max_bytes)
            self._files[prefix].append(content)
        except Exception as error:  # logging must survive any error of a file system
            if prefix not in self._failing:
                _log.error("the request log %s cannot be written, requests are not logged: %s", prefix, error)
            self._failing.add(prefix)
            return "failed"
        if prefix in self._failing:
            _log.info("the request log %s is written again", prefix)
            self._failing.discard(prefix)
        return "written"
