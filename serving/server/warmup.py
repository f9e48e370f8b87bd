"""Warm-up: answers the requests recorded in a version's folder before the version serves.

The file and its limit are those of TensorFlow Serving. Imports TensorFlow: only worker processes import this module.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import grpc
import tensorflow as tf

from serving import wire
from serving.errors import StatusError, invalid_argument

WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"
MAX_WARMUP_RECORDS = 1000
WARMUP_TIMEOUT_S = 60.0  # timeout of one record


def warm_up(version: Path, predict: Callable[[bytes, float], object]) -> int:
    """Answers the recorded requests of a version.

    Args:
        version: folder of the version.
        predict: function of a serialised PredictRequest and a timeout in seconds.

    Returns:
        Number of requests; 0 if the version has no file of them.

    Raises:
        StatusError: a record cannot be read or answered; the version must then not serve.
    """
    path = version / WARMUP_FILE
    if not path.exists():
        return 0
    count = 0
    try:
        for record in tf.compat.v1.io.tf_record_iterator(str(path)):
            if count == MAX_WARMUP_RECORDS:
                raise invalid_argument(f"Number of warmup records exceeds the maximum ({MAX_WARMUP_RECORDS}) at {path}")
            predict(_request(record, path), WARMUP_TIMEOUT_S)
            count += 1
    except tf.errors.DataLossError as error:
        message = f"{error.message}. Please verify your warmup data is in TFRecord format."
        raise StatusError(grpc.StatusCode.DATA_LOSS, message) from error
    return count


def _request(record: bytes, path: Path) -> bytes:
    try:
        log = wire.PredictionLog.FromString(record)
    except Exception as error:
        raise invalid_argument(f"Failed to parse warmup record from {path}") from error
    if not log.HasField("predict_log"):
        message = f"Unsupported log_type for warmup at {path}: only predict_log is answered"
        raise StatusError(grpc.StatusCode.UNIMPLEMENTED, message)
    return bytes(log.predict_log.request.SerializeToString())
