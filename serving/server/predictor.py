"""One loaded version of a model: serialised PredictRequest in, serialised PredictResponse out.

Imports TensorFlow: only worker processes import this module.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
import numpy as np

from serving import tensors, wire
from serving.errors import StatusError, deadline_exceeded, invalid_argument
from serving.server.batcher import Batcher
from serving.server.joining import JoiningKey, can_be_joined, joining_key, rows_are_independent
from serving.server.row_limit import RowLimit
from serving.server.saved_model import SavedModel
from serving.server.signature_checks import check_input_names, feeds, input_protos, output_aliases
from serving.server.warmup import warm_up

ELEMENTS_OF_A_ROW = 128  # inputs with more elements count as several rows, because they take memory too
DEFAULT_SIGNATURE = "serving_default"


def _never() -> bool:
    return False


class Predictor:
    """A version that answers Predict requests.

    Attributes:
        signature_map: serialised tensorflow.serving.SignatureDefMap, the answer to GetModelMetadata.

    Args:
        path: folder of the version.
        version: number of the version, part of each answer.
        max_batch: largest first dimension of an input.
        max_elements: largest number of elements of an input.
        threads: number of TensorFlow's threads, within and between ops; 0 for TensorFlow's default.
        joined_rows: maximum number of rows of small requests that one run of the graph answers, if the model declares
            independent rows; 1 for no joining.
        joined_runs: maximum number of such runs at the same time; 0 for one for every two processors.
        max_rows_in_flight: limit of rows in flight, over all requests.

    Raises:
        StatusError: the version cannot be loaded.
    """

    def __init__(
        self,
        path: str,
        version: int,
        *,
        max_batch: int,
        max_elements: int = 10_000_000,
        threads: int = 0,
        joined_rows: int = 1,
        joined_runs: int = 0,
        max_rows_in_flight: int = 8192,
    ) -> None:
        self._path, self._version = Path(path), version
        self._max_batch, self._max_elements = max_batch, max_elements
        self._model = SavedModel(self._path, threads)
        self.signature_map = self._model.signature_map()
        self._signatures = self._model.signatures
        joinable = self._signatures if rows_are_independent(self._path) else {}
        self._joinable = {name for name, signature in joinable.items() if can_be_joined(signature)}
        runs = joined_runs or max(1, len(os.sched_getaffinity(0)) // 2)
        self._rows = RowLimit(max_rows_in_flight)
        self._batcher = Batcher(self._run_joined, max_rows=joined_rows, max_runs=runs)

    def warm_up(self) -> int:
        """Answers the version's recorded warm-up requests and returns their number; see `warmup.warm_up`."""
        return warm_up(self._path, self.predict)

    def predict(self, request_bytes: bytes, timeout_s: float, cancelled: Callable[[], bool] = _never) -> bytes:
        """Answers one request.

        Args:
            request_bytes: serialised PredictRequest.
            timeout_s: timeout in seconds for waiting and running the graph.
            cancelled: called before the graph is run; True drops the request.

        Returns:
            Serialised PredictResponse with values in typed fields, TensorFlow Serving's default.

        Raises:
            StatusError: with TensorFlow Serving's code and message.
        """
        try:
            request = wire.PredictRequest.FromString(request_bytes)
        except Exception as error:  # DecodeError; UnicodeDecodeError for a key that is not UTF-8
            raise StatusError(grpc.StatusCode.INTERNAL, "Exception deserializing request!") from error
        name = request.model_spec.signature_name or DEFAULT_SIGNATURE
        signature = self._signatures.get(name)
        if signature is None:
            message = f'Serving signature key "{name}" not found.'
            raise StatusError(grpc.StatusCode.FAILED_PRECONDITION, message)
        check_input_names(signature, request)
        end_s = time.monotonic() + timeout_s
        protos = input_protos(signature, request)
        with self._rows.taken(self._row_count(protos), timeout_s, cancelled):
            inputs = self._inputs(protos)
            aliases = output_aliases(signature, request.output_filter)
            fed = feeds(signature, inputs, self._max_batch)
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                raise deadline_exceeded()
            arrays = self._run(name, fed, aliases, left_s, cancelled)
            return self._response(request, name, aliases, arrays)

    def _run(
        self,
        name: str,
        fed: Mapping[str, Any],
        aliases: Sequence[str],
        timeout_s: float,
        cancelled: Callable[[], bool],
    ) -> Sequence[Any]:
        """Runs the graph, for this request alone or joined with others."""
        signature = self._signatures[name]
        key = joining_key(name, signature, fed, aliases) if name in self._joinable else None
        if key is None:
            return self._model.run(signature, fed, aliases, timeout_s)
        with_rows = {name: array for name, array in fed.items() if array.ndim}
        return self._batcher.run(key, with_rows, timeout_s, cancelled)

    def _run_joined(self, key: JoiningKey, fed: Mapping[str, Any], timeout_s: float) -> list[Any]:
        scalars = {name: np.frombuffer(value, dtype)[0] for name, dtype, value in key.scalars}
        return self._model.run(self._signatures[key.signature], {**fed, **scalars}, key.aliases, timeout_s)

    def _response(self, request: Any, name: str, aliases: Sequence[str], arrays: Sequence[Any]) -> bytes:
        response = wire.PredictResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = self._version
        response.model_spec.signature_name = name
        for alias, array in zip(aliases, arrays, strict=True):
            response.outputs[alias].CopyFrom(tensors.to_proto(np.asarray(array)))
        return bytes(response.SerializeToString())

    def _row_count(self, protos: Mapping[str, Any]) -> int:
        """Number of rows that a request counts as, by its shapes alone, before memory is allocated."""
        rows = 1
        for alias, proto in protos.items():
            try:
                shape = tensors.checked_shape(proto, self._max_elements)
            except tensors.TensorError as error:
                raise invalid_argument(f"tensor parsing error: {alias}. {error}") from error
            rows = max(rows, shape[0] if shape else 1, math.prod(shape) // ELEMENTS_OF_A_ROW)
        return rows

    def _inputs(self, protos: Mapping[str, Any]) -> dict[str, tuple[int, Any]]:
        """Data type and array of each input by alias, in the order of `protos`."""
        inputs = {}
        for alias, proto in protos.items():
            try:
                inputs[alias] = proto.dtype, tensors.to_array(proto, self._max_elements)
            except tensors.TensorError as error:
                raise invalid_argument(f"tensor parsing error: {alias}. {error}") from error
        return inputs
