"""The model config file: TensorFlow Serving's format, read again when it changes."""

import os
import re

import grpc
import pytest
from google.protobuf import text_format
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.config import model_server_config_pb2

from serving.server.config import ServerConfig
from serving.server.log_config import LoggingConfig, LogStorage
from serving.server.model_config_file import read_model_config_file
from serving.server.model_server import ModelServer
from tests.serving.queries import INPUTS, version_of
from tests.serving.stock_client import StockClient

CONFIG = """
model_config_list {{
  config {{
    name: "lookbook"
    base_path: "{base}"
    model_platform: "tensorflow"
    model_version_policy {{ specific {{ versions: 1 versions: 2 }} }}
    version_labels {{ key: "A" value: 1 }}
    version_labels {{ key: "B" value: {b} }}
    logging_config {{
      log_collector_config {{ filename_prefix: "{logs}/requests" }}
      sampling_config {{ sampling_rate: {rate} }}
    }}
  }}
}}
"""


def write(path, content):
    """Replaces a file at once, as an operator's tool should do it."""
    new = path.with_suffix(".new")
    new.write_text(content)
    os.replace(new, path)


@pytest.fixture
def config_file(shop, tmp_path):
    """Writes the file; returns it and a function that changes it."""
    shop.push(1)
    shop.push(2)
    path = tmp_path / "models.config"

    def change(b=2, rate=1.0, text=CONFIG):
        write(path, text.format(base=shop.base, logs=tmp_path / "logs", b=b, rate=rate))

    change()
    return path, change


@pytest.fixture
def running(config_file, worker_host, eventually):
    """A server of the file; both labels answer."""
    path, _ = config_file
    config = ServerConfig(
        models=tuple(read_model_config_file(path)), model_config_file=path, port=0, poll_interval_s=0.02
    )
    with ModelServer(config, worker_host) as server:
        server.stock = StockClient(server.port)
        eventually(lambda: len(server.served_versions()) == 2, "both versions are served")
        yield server
        server.stock.channel.close()


def answer_of(running, label):
    return running.stock.predict(INPUTS, label=label).model_spec.version.value


def test_the_file_is_a_model_server_config_of_tensorflow_serving(config_file, tmp_path, shop):
    path, _ = config_file
    original = text_format.Parse(path.read_text(), model_server_config_pb2.ModelServerConfig())
    (theirs,) = original.model_config_list.config
    (ours,) = read_model_config_file(path)
    assert (ours.name, ours.base_path) == (theirs.name, theirs.base_path)
    assert ours.policy.specific == tuple(theirs.model_version_policy.specific.versions)
    assert ours.labels == dict(theirs.version_labels)
    assert ours.logging == LoggingConfig(filename_prefix=f"{tmp_path}/logs/requests", sampling_rate=1.0)


def test_a_label_moves_when_the_file_changes(config_file, running, eventually):
    _, change = config_file
    assert (answer_of(running, "A"), answer_of(running, "B")) == (1, 2)
    change(b=1)
    eventually(lambda: answer_of(running, "B") == 1, "B moves to version 1")


def test_logging_is_switched_off_by_a_rate_of_zero(config_file, running, eventually, tmp_path):
    _, change = config_file
    written = ("lookbook_serving_log_records_total", {"model": "lookbook", "outcome": "written"})
    answer_of(running, "A")
    eventually(lambda: running.metrics.registry.get_sample_value(*written) == 1, "the request is logged")
    change(b=1, rate=0.0)
    eventually(lambda: answer_of(running, "B") == 1, "the file is applied")
    before = running.metrics.registry.get_sample_value(*written)
    answer_of(running, "A")
    running.stop(grace_s=30)
    assert running.metrics.registry.get_sample_value(*written) == before


def test_an_invalid_file_keeps_the_configuration(config_file, running, eventually, caplog):
    path, change = config_file
    write(path, "model_config_list {")
    eventually(lambda: "keeping the configuration" in caplog.text, "the error is logged")
    assert answer_of(running, "B") == 2
    change(b=1)
    eventually(lambda: answer_of(running, "B") == 1, "the next valid file is applied")


def test_a_label_on_a_version_that_is_not_served_is_tried_again(config_file, running, shop, eventually, caplog):
    """The versions 2 and 3 are configured first; the label of the next file waits until version 3 is pushed."""
    _, change = config_file
    with_3 = CONFIG.replace("versions: 1 versions: 2", "versions: 2 versions: 3").replace(
        '"A" value: 1', '"A" value: 2'
    )
    change(b=2, text=with_3)
    eventually(lambda: answer_of(running, "A") == 2, "the first file is applied")
    change(b=3, text=with_3)
    eventually(lambda: "Request to assign label to version 3" in caplog.text, "the label is refused")
    assert answer_of(running, "B") == 2
    shop.push(3)
    eventually(lambda: answer_of(running, "B") == 3, "B moves to version 3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must have a model_config_list with at least one model. Received: none."),
        ("model_config_list { config { nam: 'x' } }", 'no field named "nam"'),
        ("model_config_list { config { name: 'x' base_path: 'x' } }", "Expected model x to have an absolute path"),
        (
            "model_config_list { config { name: 'x' base_path: '/x' model_platform: 'tensorflow' logging_config {"
            " sampling_config { sampling_rate: 2 } log_collector_config { filename_prefix: '/x' } } } }",
            "logging_config of model x: sampling_rate must be in 0..1. Received: sampling_rate = 2.0.",
        ),
        (
            "model_config_list { config { name: 'x' base_path: '/x' model_platform: 'tensorflow' logging_config {"
            " sampling_config { sampling_rate: 1 } log_collector_config { type: 'kafka' } } } }",
            "log_collector_config.type of model x must be empty, for TFRecord files. Received: kafka. Leave it out.",
        ),
    ],
)
def test_an_invalid_file_is_an_error(tmp_path, text, words):
    (tmp_path / "models.config").write_text(text)
    with pytest.raises(ValueError, match=re.escape(words)):
        read_model_config_file(tmp_path / "models.config")


def reload_with_log(shop, prefix):
    request = model_management_pb2.ReloadConfigRequest()
    model = request.config.model_config_list.config.add(name="lookbook", base_path=str(shop.base))
    model.model_platform = "tensorflow"
    model.logging_config.sampling_config.sampling_rate = 1.0
    model.logging_config.log_collector_config.filename_prefix = str(prefix)
    return request


def test_a_reload_logs_only_below_the_log_roots(shop, serve_first, tmp_path, tmp_path_factory):
    """Else every caller of a server with `allow_reload` could write files anywhere."""
    roots = LogStorage(roots=(tmp_path / "logs",))
    outside = tmp_path_factory.mktemp("outside")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "link").symlink_to(outside)
    running = serve_first(allow_reload=True, log=roots)
    call = running.stock.model.HandleReloadConfigRequest
    for prefix in (outside / "x", tmp_path / "logs" / "link" / "x", f"{tmp_path}/logs/../x"):
        with pytest.raises(grpc.RpcError) as caught:
            call(reload_with_log(shop, prefix), timeout=30)
        assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED, prefix
        assert "Start the server with --log-root to allow another folder." in caught.value.details()
    call(reload_with_log(shop, tmp_path / "logs" / "x"), timeout=30)
    assert version_of(running) == 1
    running.server.stop(grace_s=30)
    assert [path.name[:2] for path in (tmp_path / "logs").glob("*.tfrecord")] == ["x-"]


def test_a_reload_cannot_log_if_no_log_was_configured(shop, serve_first, tmp_path):
    running = serve_first(allow_reload=True)
    with pytest.raises(grpc.RpcError) as caught:
        running.stock.model.HandleReloadConfigRequest(reload_with_log(shop, tmp_path / "x"), timeout=30)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert "none, because no log was configured at the start" in caught.value.details()
