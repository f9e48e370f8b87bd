"""Warm-up requests that a model server runs after loading, so that the first customer does not wait for tracing."""

import pathlib

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from components.served_folder import MODEL_NAME


def write_warmup_requests(path: pathlib.Path) -> int:
    """Writes requests of 1 and 64 rows for the signatures that shops call, as TFRecords; returns their number."""
    requests = [request for batch in (1, 64) for request in _requests(batch)]
    with tf.io.TFRecordWriter(str(path)) as writer:
        for request in requests:
            log = prediction_log_pb2.PredictionLog(predict_log=prediction_log_pb2.PredictLog(request=request))
            writer.write(log.SerializeToString())
    return len(requests)


def _requests(batch: int) -> list[predict_pb2.PredictRequest]:
    unknown = np.array([b""] * batch, dtype=object)
    no_articles = np.array([[b""]] * batch, dtype=object)
    no_rules = dict.fromkeys(("exclude_article_ids", "allow", "deny"), no_articles)
    k = np.int32(12)
    return [
        _request("serving_default", customer_id=unknown),
        _request(
            "recommend",
            customer_id=unknown,
            recent_article_ids=no_articles,
            **no_rules,
            age=np.full(batch, np.nan, np.float32),
            club_member_status=unknown,
            k=k,
        ),
        _request("similar_articles", article_id=unknown, **no_rules, k=k),
        _request("complete_the_look", article_id=unknown, customer_id=unknown, **no_rules, k=k),
        _request("describe_articles", article_id=unknown),
        _request("article_outlook", article_id=unknown),
    ]


def _request(signature: str, **inputs) -> predict_pb2.PredictRequest:
    request = predict_pb2.PredictRequest()
    request.model_spec.name = MODEL_NAME
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request
