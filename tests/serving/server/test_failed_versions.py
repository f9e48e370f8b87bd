"""Versions that fail to load or to warm up: an older version serves, and they are tried again."""

import shutil
import threading

import grpc
import pytest

from serving.errors import StatusError
from serving.server.config import ModelConfig, ServerConfig
from serving.server.model_server import ModelServer
from serving.server.worker_client import WorkerHost
from tests.serving.queries import INPUTS, constant_requests, version_of
from tests.serving.warmup_records import truncate_warmup, write_warmup

READY_S = 600
OK, DATA_LOSS = 0, grpc.StatusCode.DATA_LOSS.value[0]


def truncate_variables(path):
    (data,) = (path / "variables").glob("variables.data*")
    data.write_bytes(data.read_bytes()[: data.stat().st_size // 2])


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda p: (p / "saved_model.pb").unlink(), grpc.StatusCode.NOT_FOUND),
        (lambda p: (p / "saved_model.pb").write_bytes(b"\xff" * 100), grpc.StatusCode.DATA_LOSS),
        (lambda p: shutil.rmtree(p / "variables"), None),
        (truncate_variables, None),
    ],
    ids=["no graph", "not a graph", "no variables", "truncated variables"],
)
def test_a_version_that_fails_to_load_leaves_the_old_one_serving(shop, serve_first, eventually, damage, code):
    running = serve_first()
    with constant_requests(running) as answered:
        shop.push(2, edit=damage)
        eventually(lambda: running.stock.states().get(2, ("",))[0] == "END", "2 failed")
        seen = len(answered)
        eventually(lambda: len(answered) > seen, "answers after the failure")
    _, number, message = running.stock.states()[2]
    assert message
    assert number == code.value[0] if code else number != OK
    assert running.stock.states()[1] == ("AVAILABLE", OK, "")
    assert set(answered) == {1}
    assert running.server.failures()[0].startswith("lookbook version 2: ")


def test_an_incomplete_version_is_served_when_it_is_complete(shop, serve_first, eventually):
    running = serve_first()
    slow = shop.base / "2"
    slow.mkdir()
    eventually(lambda: running.stock.states().get(2, ("",))[0] == "END", "2 failed")
    shutil.copytree(shop.exported / "variables", slow / "variables")
    shutil.copy(shop.exported / "saved_model.pb", slow / ".partial")
    (slow / ".partial").rename(slow / "saved_model.pb")
    eventually(lambda: version_of(running) == 2, "2 serves")


def test_a_version_is_warmed_up_before_it_serves(shop, serve):
    shop.push(1, edit=write_warmup((INPUTS, ""), ({"customer_id": ["a", "b"]}, "customer_embedding")))
    running = serve(shop)
    (version,) = running.server.served_versions()
    assert version.warmup_records == 2


def not_records(path):
    (path / "assets.extra").mkdir()
    (path / "assets.extra" / "tf_serving_warmup_requests").write_bytes(b"these are no TFRecords")


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (write_warmup(({}, "")), "input size does not match signature"),
        (write_warmup((INPUTS, "gone")), 'Serving signature key "gone" not found.'),
        (not_records, "Please verify your warmup data is in TFRecord format."),
    ],
    ids=["missing input", "unknown signature", "not TFRecord"],
)
def test_a_version_that_cannot_be_warmed_up_does_not_serve(shop, serve, eventually, edit, words):
    shop.push(1, edit=edit)
    running = serve(shop, wait=False)
    eventually(lambda: running.stock.states().get(1, ("",))[0] == "END", "1 failed")
    assert words in running.stock.states()[1][2]
    assert not running.server.wait_ready(timeout_s=0)


def test_a_fresh_server_falls_back_to_the_newest_version_that_loads(shop, serve, eventually):
    shop.push(1)
    shop.push(2)
    shop.push(3, edit=truncate_warmup)
    shop.push(4, edit=lambda path: (path / "saved_model.pb").unlink())
    running = serve(shop)
    assert version_of(running) == 2
    states = running.stock.states()
    assert [states[n][0] for n in (4, 3, 2)] == ["END", "END", "AVAILABLE"]
    assert states[3][1] == DATA_LOSS
    assert "warmup" in states[3][2]
    assert 1 not in states
    shutil.copy(shop.exported / "saved_model.pb", shop.base / "4")
    eventually(lambda: version_of(running) == 4, "4 serves once it is whole")
    eventually(lambda: running.stock.states()[2][0] == "END", "2 dropped")


class HangingHost(WorkerHost):
    """Version 2 fails to load when `end` is set."""

    def __init__(self):
        super().__init__()
        self.end = threading.Event()

    def load(self, spec, *args, **kwargs):
        if spec.version == 2:
            self.end.wait(READY_S)
            raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "version 2 did not load in time")
        return super().load(spec, *args, **kwargs)


def test_a_server_is_undecided_while_a_version_is_untried(shop, eventually):
    shop.push(1)
    shop.push(2)
    host = HangingHost()
    model = ModelConfig(name="lookbook", base_path=str(shop.base))
    with ModelServer(ServerConfig(models=(model,), port=0, poll_interval_s=0.02), host) as server:
        eventually(server.undecided, "version 2 is loading")
        host.end.set()
        while not server.wait_ready(timeout_s=0.1):
            assert server.undecided(), server.failures()
        assert [version.version for version in server.served_versions()] == [1]
        assert not server.undecided()
    host.stop()
