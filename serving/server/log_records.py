"""One record of the request log: a serialised `tensorflow.serving.PredictionLog`.

Request and answer are copied as bytes and not parsed, except to hash customer ids.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from serving import tensors, wire
from serving.hashed_ids import hashed_id

_METADATA_FIELD = wire.PredictionLog.DESCRIPTOR.fields_by_name["log_metadata"].number
_PREDICT_FIELD = wire.PredictionLog.DESCRIPTOR.fields_by_name["predict_log"].number
_PREDICT_LOG = wire.PredictionLog.DESCRIPTOR.fields_by_name["predict_log"].message_type
_REQUEST_FIELD = _PREDICT_LOG.fields_by_name["request"].number
_RESPONSE_FIELD = _PREDICT_LOG.fields_by_name["response"].number
_DEFAULT_SIGNATURE = "serving_default"
_LENGTH_DELIMITED = 2  # wire type of messages
_OPAQUE_INPUTS = ("examples",)  # serialised tf.Examples, whose customer ids cannot be hashed


@dataclasses.dataclass(frozen=True)
class Answered:
    """An answered Predict request.

    Attributes:
        model: name of the model.
        version: number of the version that answered.
        signature: `signature_name` of the request; "" for the default.
        sampling_rate: share of the requests that is logged.
        time_s: time of the answer, seconds since 1970.
        request: serialised PredictRequest.
        response: serialised PredictResponse.
    """

    model: str
    version: int
    signature: str
    sampling_rate: float
    time_s: float
    request: bytes
    response: bytes

    @property
    def size(self) -> int:
        """Bytes of request and response."""
        return len(self.request) + len(self.response)


def record(answered: Answered, salt: bytes | None, hashed_inputs: tuple[str, ...]) -> bytes | None:
    """The record of an answered request.

    Args:
        answered: the request and its answer.
        salt: key of the hashes that replace customer ids; None to keep the ids.
        hashed_inputs: names of the inputs that hold customer ids.

    Returns:
        A serialised PredictionLog; None if its customer ids cannot be hashed.
    """
    request = answered.request if salt is None else _without_ids(answered.request, salt, hashed_inputs)
    if request is None:
        return None
    metadata = wire.LogMetadata(timestamp_secs=int(answered.time_s))
    metadata.model_spec.name = answered.model
    metadata.model_spec.version.value = answered.version
    metadata.model_spec.signature_name = answered.signature or _DEFAULT_SIGNATURE
    metadata.sampling_config.sampling_rate = answered.sampling_rate
    pair = _field(_REQUEST_FIELD, request) + _field(_RESPONSE_FIELD, answered.response)
    return _field(_METADATA_FIELD, metadata.SerializeToString()) + _field(_PREDICT_FIELD, pair)


def _without_ids(request: bytes, salt: bytes, hashed_inputs: tuple[str, ...]) -> bytes | None:
    parsed = wire.PredictRequest.FromString(request)
    if any(name in parsed.inputs for name in _OPAQUE_INPUTS):
        return None
    for name in hashed_inputs:
        if name in parsed.inputs:
            ids = tensors.to_array(parsed.inputs[name])
            hashes = np.array([hashed_id(salt, value) for value in ids.ravel()], dtype=object)
            parsed.inputs[name].CopyFrom(tensors.to_proto(hashes.reshape(ids.shape)))
    return bytes(parsed.SerializeToString())


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    digits.append(value)
    return bytes(digits)
