"""One loaded version of a model: bytes of a PredictRequest in, bytes of a PredictResponse out.

The SavedModel is loaded and run as TensorFlow Serving does it, by tag `serve` into a session, so that
what works here works there. The checks, their order and their messages are TensorFlow Serving's
(predict_util.cc, cc/saved_model/util.cc); as there, ranks and shapes are the graph's own business.
Imports TensorFlow: only a worker process imports this module.
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
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2
from tensorflow.python.client import pywrap_tf_session as tf_session

from serving import tensors, wire
from serving.errors import StatusError, code_of
from serving.server.batcher import Batcher
from serving.server.joining import JoiningKey, can_be_joined, joining_key, rows_are_independent
from serving.server.row_limit import RowLimit

WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"
MAX_WARMUP_RECORDS = 1000  # as TensorFlow Serving
WARMUP_TIMEOUT_S = 60.0  # of one record
ELEMENTS_OF_A_ROW = 128  # inputs with more count as several rows, because they take memory too
DEFAULT_SIGNATURE = "serving_default"
_SCANN_OP = b"Scann>"
_CPP_TYPE_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def _wanted() -> bool:
    return False


class Predictor:
    """A SavedModel in a session.

    Args:
        path: the version's folder.
        version: its number, given back in each answer.
        max_batch: largest first dimension of an input.
        max_elements: most elements of one input.
        threads: of TensorFlow, within and between ops; 0 leaves it to TensorFlow.
        joined_rows: rows of small requests that are answered in one run of the graph, if the model declares its rows
            independent; 1 for no joining.
        joined_runs: such runs at once; 0 for one for every two processors.
        max_rows_in_flight: limit of rows in flight, over all requests.

    Raises:
        StatusError: it cannot be loaded.

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
        self._outputs: dict[str, Any] = {}
        options = tf.compat.v1.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads)
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=options)
        self._signatures = dict(_load(self._session, self._path).signature_def)
        joinable = self._signatures if rows_are_independent(self._path) else {}
        self._joined = {name for name, signature in joinable.items() if can_be_joined(signature)}
        runs = joined_runs or max(1, len(os.sched_getaffinity(0)) // 2)
        self._rows = RowLimit(max_rows_in_flight)
        self._batcher = Batcher(self._run_joined, most_rows=joined_rows, runs_at_once=runs)

    @property
    def signature_map(self) -> bytes:
        """Serialised tensorflow.serving.SignatureDefMap, what GetModelMetadata answers."""
        from tensorflow_serving.apis import get_model_metadata_pb2

        message = get_model_metadata_pb2.SignatureDefMap()
        for name, signature in self._signatures.items():
            message.signature_def[name].CopyFrom(signature)
        return message.SerializeToString()

    def warm_up(self) -> int:
        """Answers the requests recorded in `assets.extra/tf_serving_warmup_requests`; returns how many.

        Raises:
            StatusError: a record cannot be read or answered; the version is then not fit to serve.

        """
        path = self._path / WARMUP_FILE
        if not path.exists():
            return 0
        count = 0
        try:
            for record in tf.compat.v1.io.tf_record_iterator(str(path)):
                if count == MAX_WARMUP_RECORDS:
                    raise _invalid(f"Number of warmup records exceeds the maximum ({MAX_WARMUP_RECORDS}) at {path}")
                self._warm_up_with(record, path)
                count += 1
        except tf.errors.DataLossError as error:
            message = f"{error.message}. Please verify your warmup data is in TFRecord format."
            raise StatusError(grpc.StatusCode.DATA_LOSS, message) from error
        return count

    def predict(self, request_bytes: bytes, timeout_s: float, unwanted: Callable[[], bool] = _wanted) -> bytes:
        """The answer to one request.

        Args:
            request_bytes: serialised PredictRequest.
            timeout_s: timeout for waiting and running the graph.
            unwanted: called before the graph is run; True drops the request.

        Returns:
            Serialised PredictResponse, values in typed fields as TensorFlow Serving's default is.

        Raises:
            StatusError: with TensorFlow Serving's code and message.

        """
        try:
            request = wire.PredictRequest.FromString(request_bytes)
        except Exception as error:  # DecodeError; UnicodeDecodeError for a bad UTF-8 key
            raise StatusError(grpc.StatusCode.INTERNAL, "Exception deserializing request!") from error
        name = request.model_spec.signature_name or DEFAULT_SIGNATURE
        signature = self._signatures.get(name)
        if signature is None:
            message = f'Serving signature key "{name}" not found.'
            raise StatusError(grpc.StatusCode.FAILED_PRECONDITION, message)
        _check_input_names(signature, request)
        end_s = time.monotonic() + timeout_s
        protos = _protos(signature, request)
        with self._rows.taken(self._cost(protos), timeout_s, unwanted):
            inputs = self._inputs(protos)
            aliases = _output_aliases(signature, request.output_filter)
            feeds = self._feeds(signature, inputs)
            key = joining_key(name, signature, feeds, aliases) if name in self._joined else None
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
            if key is None:
                arrays: Sequence[Any] = self._run(signature, feeds, aliases, left_s)
            else:
                with_rows = {name: array for name, array in feeds.items() if array.ndim}
                arrays = self._batcher.run(key, with_rows, left_s, unwanted)
            return self._response(request, name, aliases, arrays)

    def _response(self, request: Any, name: str, aliases: Sequence[str], arrays: Sequence[Any]) -> bytes:
        response = wire.PredictResponse()
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = self._version
        response.model_spec.signature_name = name
        for alias, array in zip(aliases, arrays, strict=True):
            response.outputs[alias].CopyFrom(tensors.to_proto(np.asarray(array)))
        return response.SerializeToString()

    def _cost(self, protos: Mapping[str, Any]) -> int:
        """Rows that a request counts as, from its shapes only, before any array is made."""
        cost = 1
        for alias, proto in protos.items():
            try:
                shape = tensors.checked_shape(proto, self._max_elements)
            except tensors.TensorError as error:
                raise _invalid(f"tensor parsing error: {alias}. {error}") from error
            cost = max(cost, shape[0] if shape else 1, math.prod(shape) // ELEMENTS_OF_A_ROW)
        return cost

    def _inputs(self, protos: Mapping[str, Any]) -> dict[str, tuple[int, Any]]:
        """Data type and array of each input, in the order in which the session numbers its arguments."""
        inputs = {}
        for alias, proto in protos.items():
            try:
                inputs[alias] = proto.dtype, tensors.to_array(proto, self._max_elements)
            except tensors.TensorError as error:
                raise _invalid(f"tensor parsing error: {alias}. {error}") from error
        return inputs

    def _feeds(self, signature: Any, inputs: dict[str, tuple[int, Any]]) -> dict[str, Any]:
        """What the session is given; it refuses a wrong type only when it is run, after all other checks."""
        feeds = {}
        for index, (alias, (dtype, array)) in enumerate(inputs.items()):
            info = signature.inputs[alias]
            if dtype != info.dtype:
                expected, got = _type_name(info.dtype), _type_name(dtype)
                raise _invalid(f"Expects arg[{index}] to be {expected} but {got} is provided")
            if array.ndim and array.shape[0] > self._max_batch:
                raise _invalid(
                    f"Batch of input {alias} must be at most {self._max_batch}. "
                    f"Received: {array.shape[0]}. Send several requests."
                )
            feeds[info.name] = array
        return feeds

    def _run_joined(self, key: JoiningKey, feeds: Mapping[str, Any], timeout_s: float) -> list[Any]:
        scalars = {name: np.frombuffer(value, dtype)[0] for name, dtype, value in key.scalars}
        return self._run(self._signatures[key.signature], {**feeds, **scalars}, key.aliases, timeout_s)

    def _run(self, signature: Any, feeds: Mapping[str, Any], aliases: Sequence[str], timeout_s: float) -> list[Any]:
        """Runs the graph, given up after the time-out: ops not yet begun are cancelled."""
        options = config_pb2.RunOptions(timeout_in_ms=max(1, int(timeout_s * 1000)))
        named = {self._output(name): array for name, array in feeds.items()}
        fetches = [self._output(signature.outputs[alias].name) for alias in aliases]
        buffer = tf_session.TF_NewBufferFromString(options.SerializeToString())
        try:
            # What Session.run calls in the end; it spends 150 us more on looking up the names each time.
            return tf_session.TF_SessionRun_wrapper(self._session._session, buffer, named, fetches, [], None)
        except tf.errors.OpError as error:
            raise StatusError(code_of(error.error_code), error.message) from error
        except (ValueError, TypeError) as error:  # numpy refuses what has no C type
            raise _invalid(str(error)) from error
        finally:
            tf_session.TF_DeleteBuffer(buffer)

    def _output(self, name: str) -> Any:
        output = self._outputs.get(name)
        if output is None:
            try:
                output = self._session.graph.get_tensor_by_name(name)._as_tf_output()
            except (KeyError, ValueError) as error:  # the init op is among the signatures, and gives no tensor
                raise _invalid(f"Tried to fetch data for '{name}:0', which produces no output.") from error
            self._outputs[name] = output
        return output

    def _warm_up_with(self, record: bytes, path: Path) -> None:
        try:
            log = wire.PredictionLog.FromString(record)
        except Exception as error:
            raise _invalid(f"Failed to parse warmup record from {path}") from error
        if not log.HasField("predict_log"):
            message = f"Unsupported log_type for warmup at {path}: only predict_log is answered"
            raise StatusError(grpc.StatusCode.UNIMPLEMENTED, message)
        self.predict(log.predict_log.request.SerializeToString(), WARMUP_TIMEOUT_S)


def _load(session: Any, path: Path) -> Any:
    try:
        if _SCANN_OP in (path / "saved_model.pb").read_bytes():
            from scann.scann_ops.py import scann_ops  # noqa: F401  registers the op

        return tf.compat.v1.saved_model.load(session, [tf.saved_model.SERVING], str(path))
    except tf.errors.OpError as error:
        raise StatusError(code_of(error.error_code), error.message) from error
    except FileNotFoundError as error:
        message = f"Could not find SavedModel .pb or .pbtxt at supplied export directory path: {path}"
        raise StatusError(grpc.StatusCode.NOT_FOUND, message) from error
    except ImportError as error:
        message = f"The model's ScaNN op needs the package scann: {error}"
        raise StatusError(grpc.StatusCode.FAILED_PRECONDITION, message) from error
    except OSError as error:
        raise StatusError(grpc.StatusCode.DATA_LOSS, str(error)) from error
    except Exception as error:
        raise StatusError(grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}") from error


def _protos(signature: Any, request: Any) -> dict[str, Any]:
    """The TensorProto of each input, by alias, in order; the signature's default if one is missing."""
    return {
        alias: request.inputs[alias]
        if alias in request.inputs
        else wire.TensorProto.FromString(signature.defaults[alias].SerializeToString())
        for alias in sorted(signature.inputs)
    }


def _check_input_names(signature: Any, request: Any) -> None:
    sent, wanted = set(request.inputs), set(signature.inputs)
    if len(sent) > len(wanted) or (len(sent) < len(wanted) and not signature.defaults):
        raise _invalid(
            f"input size does not match signature: {len(sent)}!={len(wanted)} len({_set(sent)}) != "
            f"len({_set(wanted)}). Sent extra: {_set(sent - wanted)}. "
            f"Missing but required: {_set(wanted - sent)}."
        )
    for alias in sorted(wanted - sent):
        if alias not in signature.defaults:
            raise _invalid(
                f"Signature input alias: {alias}(feed name: {signature.inputs[alias].name}) not found in "
                f"request and no default value provided. Inputs expected to be in the request {_set(sent)}, "
                f"or default input alias set: {','.join(sorted(signature.defaults))}"
            )
    if sent - wanted:
        used, all_sent = ",".join(sorted(sent & wanted)), ",".join(sorted(sent))
        raise _invalid(f"Inputs contains invalid name. Used request inputs: {used}, request input: {all_sent}")


def _output_aliases(signature: Any, output_filter: Any) -> list[str]:
    aliases: list[str] = []
    for alias in output_filter:
        if alias not in signature.outputs:
            raise _invalid(
                f"output tensor alias not found in signature: {alias} "
                f"Outputs expected to be in the set {_set(signature.outputs)}."
            )
        if alias in aliases:
            raise _invalid(f"duplicate output tensor alias: {alias}")
        aliases.append(alias)
    return aliases or sorted(signature.outputs)


def _set(names: Any) -> str:
    return "{" + ",".join(sorted(names)) + "}"


def _type_name(number: int) -> str:
    try:
        name = tf.dtypes.as_dtype(number).name
    except TypeError:
        return f"unknown dtype enum ({number})"
    return _CPP_TYPE_NAMES.get(name, name)


def _invalid(message: str) -> StatusError:
    return StatusError(grpc.StatusCode.INVALID_ARGUMENT, message)
