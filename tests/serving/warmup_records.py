"""Writes the warm-up requests of a version, valid and damaged."""

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from tests.serving.queries import INPUTS
from tests.serving.stock_client import predict_request


def write_warmup(*requests):
    """Returns an edit that writes warm-up requests, given as inputs and signature, into a version."""

    def edit(path):
        (path / "assets.extra").mkdir()
        with tf.io.TFRecordWriter(str(path / "assets.extra" / "tf_serving_warmup_requests")) as writer:
            for inputs, signature in requests:
                log = prediction_log_pb2.PredictionLog()
                log.predict_log.request.CopyFrom(predict_request(inputs, signature=signature, model="another name"))
                writer.write(log.SerializeToString())

    return edit


def truncate_warmup(path):
    write_warmup((INPUTS, ""))(path)
    file = path / "assets.extra" / "tf_serving_warmup_requests"
    file.write_bytes(file.read_bytes()[:-8])
