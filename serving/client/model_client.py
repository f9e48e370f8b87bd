"""Sends the requests of one model and decodes the answers into arrays; knows no signature.

Several requests of one call are in flight at a time. All requests of a call share one deadline.
"""

from __future__ import annotations

import collections
import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import grpc
import numpy.typing as npt

from serving import tensors, wire
from serving.client.answers import VersionStatus
from serving.client.attempts import Attempts
from serving.client.backends import Backends
from serving.client.channel import ClientConfig
from serving.client.throttle import RetryThrottle
from serving.errors import DeadlineExceededError, ServerFailureError, code_of, from_rpc_error

Arrays = dict[str, npt.NDArray[Any]]


class ModelClient:
    """Client of one model, or of one version of it.

    Args:
        target: target of the client, see `serving.client.target`.
        config: settings of the client.
        version: version number to request; None for the newest.
        version_label: label of the version to request; None for none.

    Raises:
        ValueError: both `version` and `version_label` are given, or `target` is malformed.
    """

    def __init__(self, target: str, config: ClientConfig, version: int | None, version_label: str | None) -> None:
        if version is not None and version_label is not None:
            raise ValueError("version and version_label exclude each other. Received: both. Give one.")
        self._config, self._version, self._version_label = config, version, version_label
        self._backends = Backends(target, config)
        self._throttle = RetryThrottle()

    def predict(
        self, signature: str, all_inputs: Iterable[Mapping[str, Any]], outputs: Sequence[str] = ()
    ) -> list[tuple[int, Arrays]]:
        """Sends one Predict request for each element of `all_inputs`, at most `requests_at_once` at a time.

        Args:
            signature: name of the signature.
            all_inputs: named inputs of each request.
            outputs: names of the outputs wanted; the server computes no others. Empty for all.

        Returns:
            Model version and named outputs of each request, in the order of `all_inputs`.

        Raises:
            ServingError: a request failed; the others are cancelled.
        """
        end_s = time.monotonic() + self._config.deadline_s
        remaining = iter(all_inputs)
        in_flight: collections.deque[Attempts] = collections.deque()
        answers = []
        try:
            for inputs in itertools.islice(remaining, self._config.requests_at_once):
                in_flight.append(self._send(signature, inputs, outputs, end_s))
            while in_flight:
                response = in_flight[0].result()
                in_flight.popleft()
                for inputs in itertools.islice(remaining, 1):
                    in_flight.append(self._send(signature, inputs, outputs, end_s))
                arrays = {name: tensors.to_array(proto) for name, proto in response.outputs.items()}
                answers.append((response.model_spec.version.value, arrays))
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None
        except tensors.TensorError as error:
            raise ServerFailureError(grpc.StatusCode.INTERNAL, f"the answer cannot be read: {error}") from error
        finally:
            for request in in_flight:
                request.cancel()
        return answers

    def predict_batches(
        self,
        signature: str,
        count: int,
        inputs: Callable[[slice], Mapping[str, Any]],
        outputs: Sequence[str] = (),
    ) -> list[tuple[int, Arrays]]:
        """Splits `count` rows into requests of `batch_size` rows; see `predict`.

        Args:
            signature: name of the signature.
            count: number of rows.
            inputs: returns the named inputs of a slice of the rows.
            outputs: as in `predict`.
        """
        return self.predict(signature, map(inputs, self._slices(count)), outputs)

    def model_status(self) -> list[VersionStatus]:
        """The versions of the model on the server, newest first.

        Raises:
            ServingError: the request failed.
        """
        request = wire.GetModelStatusRequest()
        self._set_spec(request.model_spec)
        try:
            response = self._attempts(wire.STATUS_METHOD, request, time.monotonic() + self._config.deadline_s).result()
        except grpc.RpcError as error:
            raise from_rpc_error(error) from None
        states = {number: name for name, number in wire.VERSION_STATES.items()}
        return [
            VersionStatus(v.version, states[v.state], code_of(v.status.error_code).name, v.status.error_message)
            for v in response.model_version_status
        ]

    def close(self) -> None:
        """Closes the connections."""
        self._backends.close()

    def _slices(self, count: int) -> Iterator[slice]:
        size = self._config.batch_size
        return (slice(at, at + size) for at in range(0, count, size))

    def _send(self, signature: str, inputs: Mapping[str, Any], outputs: Sequence[str], end_s: float) -> Attempts:
        request = wire.PredictRequest()
        self._set_spec(request.model_spec)
        request.model_spec.signature_name = signature
        for name, values in inputs.items():
            request.inputs[name].CopyFrom(tensors.to_proto(values))
        request.output_filter.extend(outputs)
        if time.monotonic() >= end_s:
            message = f"no complete answer within deadline_s = {self._config.deadline_s:g}"
            raise DeadlineExceededError(grpc.StatusCode.DEADLINE_EXCEEDED, message)
        return self._attempts(wire.PREDICT_METHOD, request, end_s)

    def _attempts(self, method: str, request: Any, end_s: float) -> Attempts:
        return Attempts(self._backends, self._throttle, self._config, method, request, end_s)

    def _set_spec(self, spec: Any) -> None:
        spec.name = self._config.model_name
        if self._version is not None:
            spec.version.value = self._version
        elif self._version_label is not None:
            spec.version_label = self._version_label
