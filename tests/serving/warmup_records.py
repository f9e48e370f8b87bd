"""Writes the warm-up requests of a version, valid and damaged."""

import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from tests.serving.queries import INPUTS


def write_warmup(*requests):
    """Returns an edit that writes warm-up requests, given as inputs and signature, into a version."""

    def edit(path):
        (path / "assets.extra").mkdir()
        with tf.io.TFRecordWriter(str(path / "assets.extra" / "tf_serving_warmup_requests")) as writer:
            for inputs, signature in requests:
                log = prediction_log_pb2.PredictionLog()
                request = log.predict_log.request
                request.model_spec.name = "another name"
                request.model_spec.signature_name = signature
                for name, values in inputs.items():
                    request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
                writer.write(log.SerializeToString())

    return edit


def truncate_warmup(path):
    write_warmup((INPUTS, ""))(path)
    file = path / "assets.extra" / "tf_serving_warmup_requests"
    file.write_bytes(file.read_bytes()[:-8])
