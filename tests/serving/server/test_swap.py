"""Versions are pushed and removed while the server answers requests."""

import collections
import gc
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import grpc
import numpy as np
import psutil
import pytest
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.errors import StatusError
from serving.server.config import ModelConfig, ServerConfig, VersionPolicy
from serving.server.model_server import ModelServer
from serving.server.version_state import VersionState
from serving.server.worker_client import WorkerHost

INPUTS = {"customer_id": ["c1"]}
READY_S = 120
OK, NOT_FOUND, DATA_LOSS = 0, grpc.StatusCode.NOT_FOUND.value[0], grpc.StatusCode.DATA_LOSS.value[0]


def version_of(running):
    return running.stock.predict(INPUTS).model_spec.version.value


@contextmanager
def constant_requests(running):
    """Sends requests during the block and yields the versions that answered; a failed request fails the test."""
    answered, failures, stop = [], [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                answered.append(version_of(running))
            except grpc.RpcError as error:
                failures.append((error.code(), error.details()))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []


def test_a_pushed_version_replaces_the_old_one_until_it_is_removed(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    with constant_requests(running) as answered:
        eventually(lambda: answered, "first answers")
        shop.push(2)
        eventually(lambda: running.stock.states()[1][0] == "END", "1 dropped")
        assert running.stock.states()[2] == ("AVAILABLE", OK, "")
        shop.remove(2)
        eventually(lambda: running.stock.states()[2][0] == "END", "2 dropped")
        assert version_of(running) == 1
    changes = [a for a, b in zip(answered, [*answered[1:], None], strict=True) if a != b]
    assert set(answered) == {1, 2}
    assert changes[0] == changes[-1] == 1


def server_objects():
    """Number of the server's objects in this process by class, and number of open files.

    States of dropped versions are not counted, because the server keeps a limited number of them.
    """
    gc.collect()
    kinds = (type(thing) for thing in gc.get_objects())
    counts = collections.Counter(kind.__name__ for kind in kinds if str(kind.__module__).startswith("serving."))
    del counts[VersionState.__name__]
    return counts, psutil.Process().num_fds()


def test_twenty_swaps_fail_no_request_and_leak_nothing(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    (version,) = running.server.served_versions()
    pids, kept = {version.pid}, []
    with constant_requests(running) as answered:
        for number in range(2, 22):
            shop.push(number)
            eventually(lambda n=number: running.stock.states()[n - 1][0] == "END", f"{number - 1} dropped")
            shop.remove(number - 1)
            (version,) = running.server.served_versions()
            assert version.version == number
            pids.add(version.pid)
            kept.append(server_objects())
    assert len(pids) == 21, "a process for each version, which frees its memory"
    eventually(lambda: sum(map(psutil.pid_exists, pids)) == 1, "the end of all but the last")
    (early, early_files), swaps = kept[1], 18

    def grown():
        counts, files = server_objects()
        found = {name: count - early[name] for name, count in counts.items() if count - early[name] >= swaps / 2}
        return {**found, "files": files - early_files} if files - early_files >= swaps / 2 else found

    eventually(lambda: not grown(), "nothing grows with the number of swaps")
    assert 21 in answered


def test_version_10_is_newer_than_version_9(shop, serve):
    shop.push(9)
    shop.push(10)
    assert version_of(serve(shop)) == 10


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
def test_a_version_that_fails_to_load_leaves_the_old_one_serving(shop, serve, eventually, damage, code):
    shop.push(1)
    running = serve(shop)
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


def test_an_incomplete_version_is_served_when_it_is_complete(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    slow = shop.base / "2"
    slow.mkdir()
    eventually(lambda: running.stock.states().get(2, ("",))[0] == "END", "2 failed")
    shutil.copytree(shop.exported / "variables", slow / "variables")
    shutil.copy(shop.exported / "saved_model.pb", slow / ".partial")
    (slow / ".partial").rename(slow / "saved_model.pb")
    eventually(lambda: version_of(running) == 2, "2 serves")


def test_without_versions_always_present_an_empty_folder_drops_the_model(shop, serve, eventually):
    shop.push(1)
    running = serve(shop, versions_always_present=False)
    shop.remove(1)
    eventually(lambda: running.stock.states()[1][0] == "END", "1 dropped")
    with pytest.raises(grpc.RpcError) as caught:
        running.stock.predict(INPUTS)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert caught.value.details() == "Servable not found for request: Latest(lookbook)"
    shop.push(1)
    eventually(lambda: running.stock.states()[1][0] == "AVAILABLE", "1 is back")
    assert version_of(running) == 1


def test_an_empty_folder_keeps_the_loaded_version(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    shop.remove(1)
    shop.base.rename(shop.base.with_name("unmounted"))
    assert version_of(running) == 1
    shop.base.mkdir()
    shop.push(2)
    eventually(lambda: version_of(running) == 2, "2 serves")


def test_a_missing_base_path_changes_nothing(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    away = shop.base.with_name("unmounted")
    shop.base.rename(away)
    away_with_2 = away / "2"
    shutil.copytree(shop.exported, away_with_2)
    assert version_of(running) == 1
    away.rename(shop.base)
    eventually(lambda: version_of(running) == 2, "2 serves")


def test_a_specific_policy_serves_only_its_versions(shop, serve):
    for number in (1, 2, 3):
        shop.push(number)
    running = serve(shop, policy=VersionPolicy(specific=(2,)))
    assert version_of(running) == 2
    assert list(running.stock.states()) == [2]


def write_warmup(*requests):
    def edit(path):
        (path / "assets.extra").mkdir()
        with tf.io.TFRecordWriter(str(path / "assets.extra" / "tf_serving_warmup_requests")) as writer:
            for inputs, signature in requests:
                log = prediction_log_pb2.PredictionLog()
                request = log.predict_log.request
                request.model_spec.name = "whatever it was called then"
                request.model_spec.signature_name = signature
                for name, values in inputs.items():
                    request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
                writer.write(log.SerializeToString())

    return edit


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


def truncate_warmup(path):
    write_warmup((INPUTS, ""))(path)
    file = path / "assets.extra" / "tf_serving_warmup_requests"
    file.write_bytes(file.read_bytes()[:-8])


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


def test_the_command_logs_which_version_replaces_a_failed_one(shop):
    shop.push(1)
    shop.push(2, edit=truncate_warmup)
    with command(shop.base, "--exit-on-failure") as process:
        assert process.stdout.readline().startswith("serving lookbook on 127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=READY_S)
    assert process.returncode == 0
    assert "lookbook version 2 did not load: " in log
    assert "lookbook version 1 serves in place of 2, which did not load" in log


def test_the_command_exits_if_no_version_loads(shop):
    shop.push(1, edit=truncate_warmup)
    with command(shop.base, "--exit-on-failure") as process:
        _, log = process.communicate(timeout=READY_S)
    assert process.returncode == 1
    assert "lookbook version 1: DATA_LOSS: " in log


def test_a_missing_folder_is_reported_at_once(tmp_path):
    missing = tmp_path / "nowhere"
    with command(missing, "--exit-on-failure") as process:
        _, log = process.communicate(timeout=READY_S)
    assert process.returncode == 1
    assert log == f"error: --base-path must be a folder that exists. Received: {missing}.\n"
    with command(missing) as process:
        line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=READY_S)
    assert f"the folder {missing} of model lookbook cannot be read, or does not exist; waiting" in line


@contextmanager
def command(base_path, *flags):
    arguments = ["--base-path", str(base_path), "--port", "0", *flags]
    process = subprocess.Popen(
        [sys.executable, "-m", "serving.server", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(READY_S, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def test_the_loaded_version_stays_if_the_wanted_version_is_removed(shop, serve, eventually):
    shop.push(1)
    shop.push(2)
    running = serve(shop, policy=VersionPolicy(specific=(2,)))
    shop.remove(2)
    shop.push(3)
    assert version_of(running) == 2


def test_the_killed_worker_of_a_fallback_version_is_replaced(shop, serve, eventually):
    shop.push(1)
    shop.push(2, edit=truncate_warmup)
    running = serve(shop)
    assert version_of(running) == 1
    (served,) = running.server.served_versions()
    os.kill(served.pid, signal.SIGKILL)

    def another():
        now = running.server.served_versions()
        return now and now[0].pid != served.pid

    eventually(another, "a new worker")
    assert version_of(running) == 1


def test_a_killed_worker_is_replaced(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    (version,) = running.server.served_versions()
    codes = set()
    os.kill(version.pid, signal.SIGKILL)

    def answers_again():
        try:
            return version_of(running) == 1
        except grpc.RpcError as error:
            codes.add(error.code())
            return False

    eventually(answers_again, "a new worker")
    assert codes <= {grpc.StatusCode.UNAVAILABLE}  # clients retry it
    (successor,) = running.server.served_versions()
    assert successor.pid != version.pid
    assert (version.restarts, successor.restarts) == (0, 1)


def test_workers_end_with_the_versions_they_serve(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    (first,) = running.server.served_versions()
    shop.push(2)
    eventually(lambda: not psutil.pid_exists(first.pid), "the first worker's end")
    (second,) = running.server.served_versions()
    running.server.stop(grace_s=1)
    eventually(lambda: not psutil.pid_exists(second.pid), "the second worker's end")


def test_requests_in_flight_end_before_the_server_stops(shop, serve, eventually):
    shop.push(1)
    running = serve(shop)
    answers = []

    def ask():
        answers.append(running.stock.predict({"rounds": np.int32(3000)}, signature="spin", timeout=60))

    thread = threading.Thread(target=ask)
    thread.start()
    in_flight = running.server.metrics.registry.get_sample_value
    eventually(lambda: in_flight("lookbook_serving_requests_in_flight") == 1 or answers, "the request in flight")
    running.server.stop(grace_s=60)
    thread.join()
    assert answers[0].outputs["x"].float_val == [1.0]
    with pytest.raises(grpc.RpcError) as caught:
        version_of(running)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
