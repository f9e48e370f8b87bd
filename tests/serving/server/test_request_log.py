"""The request log: TensorFlow Serving's `logging_config`, its records, and what it never does to an answer."""

import os
import socket
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.hashed_ids import hashed_id
from serving.server.config import ModelConfig, ServerConfig, VersionPolicy
from serving.server.log_config import LoggingConfig, LogStorage
from serving.server.model_server import ModelServer
from tests.serving.queries import answered_requests, sample
from tests.serving.stock_client import StockClient, predict_request

SALT = b"a salt of the test"
RECOMMEND = {
    "customer_id": ["c1", "", "new"],
    "recent_article_ids": np.empty([3, 0], object),
    "exclude_article_ids": [["0108775001"]] * 3,
    "allow": [[""]] * 3,
    "deny": [[""]] * 3,
    "age": np.float32([30, np.nan, np.nan]),
    "club_member_status": ["ACTIVE", "", ""],
    "k": np.int32(2),
}


class Logging:
    """A server that logs the model `lookbook`, with the labels A (version 1) and B (version 2)."""

    def __init__(self, shop, worker_host, logs, *, rate=1.0, **storage):
        self.logs = logs
        model = ModelConfig(
            name="lookbook",
            base_path=str(shop.base),
            policy=VersionPolicy(latest=2),
            labels={"A": 1, "B": 2},
            logging=LoggingConfig(filename_prefix=str(logs / "requests"), sampling_rate=rate),
        )
        other = ModelConfig(name="other", base_path=str(shop.base))
        config = ServerConfig(models=(model, other), port=0, poll_interval_s=0.02, log=LogStorage(**storage))
        self.server = ModelServer(config, worker_host).start()
        self.stock = StockClient(self.server.port)

    def outcome(self, name):
        return sample(self, "log_records_total", model="lookbook", outcome=name) or 0

    def records(self):
        """Stops the server and returns its records in the order of the answers, as TensorFlow reads them."""
        self.stop()
        paths = sorted(str(path) for path in self.logs.glob("requests-*.tfrecord"))
        return [
            prediction_log_pb2.PredictionLog.FromString(record)
            for record in tf.data.TFRecordDataset(paths).as_numpy_iterator()
        ]

    def stop(self):
        self.stock.channel.close()
        self.server.stop(grace_s=30)


@pytest.fixture
def logging(shop, worker_host, tmp_path, eventually):
    """Starts servers of versions 1 and 2 that log."""
    started = []
    shop.push(1)
    shop.push(2)

    def start(**settings):
        running = Logging(shop, worker_host, tmp_path / "logs", **settings)
        started.append(running)
        eventually(lambda: len(running.server.served_versions()) == 3, "both versions are served")
        return running

    yield start
    for running in started:
        running.stop()


def test_records_hold_the_request_the_answer_the_version_and_the_time(logging):
    running = logging()
    began_s = int(time.time())
    request = predict_request(RECOMMEND, signature="recommend", label="B")
    response = running.stock.prediction.Predict(request, timeout=60)
    (record,) = running.records()
    assert record.predict_log.request == request
    assert record.predict_log.response == response
    metadata = record.log_metadata
    assert (metadata.model_spec.name, metadata.model_spec.signature_name) == ("lookbook", "recommend")
    assert metadata.model_spec.version.value == 2
    assert metadata.sampling_config.sampling_rate == 1.0
    assert began_s <= metadata.timestamp_secs <= time.time()


def test_the_version_and_the_signature_of_a_request_without_them_are_recorded(logging):
    running = logging()
    running.stock.predict({"customer_id": ["c1"]})
    (record,) = running.records()
    spec = record.log_metadata.model_spec
    assert (spec.version.value, spec.signature_name) == (2, "serving_default")


def test_requests_that_fail_and_those_of_other_models_are_not_logged(logging):
    running = logging()
    with pytest.raises(grpc.RpcError):
        running.stock.predict({"customer_id": ["c1"]}, signature="nope")
    running.stock.predict({"customer_id": ["c1"]}, model="other")
    assert running.records() == []


def test_customer_ids_are_hashed_with_the_salt(logging):
    running = logging(salt=SALT)
    request = predict_request(RECOMMEND, signature="recommend")
    running.stock.prediction.Predict(request, timeout=60)
    (record,) = running.records()
    inputs = record.predict_log.request.inputs
    hashes = [hashed_id(SALT, b"c1"), b"", hashed_id(SALT, b"new")]
    assert tf.make_ndarray(inputs["customer_id"]).tolist() == hashes
    assert {name: value for name, value in inputs.items() if name != "customer_id"} == {
        name: value for name, value in request.inputs.items() if name != "customer_id"
    }


def test_the_sampling_rate_is_the_share_of_logged_requests(logging):
    """With 400 requests at 0.5, a share outside 0.4..0.6 has a probability of 6e-5."""
    running = logging(rate=0.5)
    request = predict_request({"customer_id": ["c1"]})
    for _ in range(10):
        for call in [running.stock.prediction.Predict.future(request, timeout=60) for _ in range(40)]:
            call.result()
    records = running.records()
    assert 160 <= len(records) <= 240
    assert {record.log_metadata.sampling_config.sampling_rate for record in records} == {0.5}


def test_requests_beyond_the_queue_are_answered_and_counted_as_dropped(logging, tmp_path, eventually, monkeypatch):
    """A pipe that nobody reads stands in the place of the first log file: the writer waits for ever."""
    opened = os.open
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def open_pipe(path, flags, *rest):
        return opened(pipe, os.O_WRONLY) if "requests-" in str(path) else opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", open_pipe)
    running = logging(queue_bytes=1)
    for _ in range(20):
        assert running.stock.predict({"customer_id": ["c1"]}).outputs
    assert answered_requests(running, version="2") == 20
    eventually(lambda: running.outcome("dropped") == 19, "all but the first are dropped")
    monkeypatch.undo()
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # lets the writer go on
    eventually(lambda: running.outcome("written") == 1, "the first is written")
    os.close(reader)


def test_a_folder_that_cannot_be_written_does_not_fail_an_answer(logging, tmp_path, eventually):
    running = logging()
    blocked = tmp_path / "logs"
    blocked.write_text("a file in the place of the folder")
    assert running.stock.predict({"customer_id": ["c1"]}).outputs
    eventually(lambda: running.outcome("failed") == 1, "the failure is counted")
    blocked.unlink()
    assert running.stock.predict({"customer_id": ["c2"]}).outputs
    eventually(lambda: running.outcome("written") == 1, "the next record is written")
    (record,) = running.records()
    assert tf.make_ndarray(record.predict_log.request.inputs["customer_id"]).tolist() == [b"c2"]
    assert socket.gethostname() in next(blocked.iterdir()).name


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sampling_rate": 1.5}, "sampling_rate must be in 0..1. Received: sampling_rate = 1.5."),
        ({"sampling_rate": float("nan")}, "sampling_rate must be in 0..1."),
        ({"filename_prefix": ""}, "filename_prefix must be a path that ends with the beginning of a file name."),
    ],
)
def test_settings_of_a_model_out_of_range_are_errors(settings, words):
    with pytest.raises(ValueError, match=words):
        LoggingConfig(**{"filename_prefix": "/logs/requests", **settings})


def test_the_limit_of_all_files_holds_two_files():
    with pytest.raises(ValueError, match=r"max_bytes must be at least twice file_bytes. Received: max_bytes = 150"):
        LogStorage(file_bytes=100, max_bytes=150)
