"""Workers and worker hosts that are killed, stopped or never ready are ended and replaced."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

import grpc
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from serving.client import ClientConfig, RecommenderClient
from serving.server.config import ServerConfig
from serving.server.model_server import ModelServer
from serving.server.process_handle import ProcessHandle
from tests.serving.queries import INPUTS, version_of
from tests.serving.warmup_records import truncate_warmup, write_warmup
from tests.source_tree import ROOT


@pytest.fixture
def own_server(shop):
    """A server with its own worker host."""
    shop.push(1)
    config = ServerConfig(base_paths={"lookbook": shop.base}, port=0, poll_interval_s=0.02, heartbeat_timeout_s=2)
    with ModelServer(config) as server:
        assert server.wait_ready(600), server.failures()
        yield server


def send_signal(running, number=signal.SIGKILL):
    """Sends a signal to the worker of the only version; returns the version."""
    (version,) = running.server.served_versions()
    os.kill(version.pid, number)
    return version


def ended(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_the_call_after_a_worker_is_killed_succeeds(serve_first):
    """The client does not retry; the server waits for the new process within the deadline."""
    running = serve_first(poll_interval_s=30)  # the restart must not wait for the next poll
    send_signal(running)
    assert running.stock.predict(INPUTS, timeout=60).model_spec.version.value == 1
    (successor,) = running.server.served_versions()
    assert successor.restarts == 1


def test_the_killed_worker_of_a_fallback_version_is_replaced(shop, serve, eventually):
    shop.push(1)
    shop.push(2, edit=truncate_warmup)
    running = serve(shop)
    assert version_of(running) == 1
    served = send_signal(running)

    def another():
        now = running.server.served_versions()
        return now and now[0].pid != served.pid

    eventually(another, "a new worker")
    assert version_of(running) == 1


def test_a_killed_worker_is_replaced(serve_first, eventually):
    running = serve_first()
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


def test_no_request_of_the_query_client_fails_when_a_worker_is_killed(serve_first, eventually):
    running = serve_first()
    answers, failures, stop = [], [], threading.Event()

    def ask():
        with RecommenderClient(f"127.0.0.1:{running.port}", ClientConfig(deadline_s=60)) as client:
            while not stop.is_set():
                try:
                    answers.append(client.recommend_default(["c1"]))
                except Exception as error:
                    failures.append(error)
                    return

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    eventually(lambda: answers, "first answers")
    send_signal(running)
    eventually(lambda: [v.restarts for v in running.server.served_versions()] == [1], "a new worker")
    count = len(answers)
    eventually(lambda: len(answers) > count + 10, "answers of the new worker")
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_stopped_worker_is_killed_and_replaced(serve_first, eventually):
    running = serve_first(heartbeat_timeout_s=2)
    (version,) = running.server.served_versions()
    health = health_pb2_grpc.HealthStub(running.stock.channel)
    seen = set()

    def watch():
        with contextlib.suppress(grpc.RpcError):  # the end of the test
            look()

    def look():
        for answer in health.Watch(health_pb2.HealthCheckRequest(), timeout=100):
            seen.add(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))

    threading.Thread(target=watch, daemon=True).start()
    eventually(lambda: seen == {"SERVING"}, "health")
    os.kill(version.pid, signal.SIGSTOP)
    assert running.stock.predict(INPUTS, timeout=100).model_spec.version.value == 1  # the new worker answers
    (successor,) = running.server.served_versions()
    assert successor.pid != version.pid
    assert successor.restarts == 1
    eventually(lambda: ended(version.pid), "the stopped process's end")


def test_a_stopped_worker_is_killed_when_its_version_is_closed(serve_first, eventually):
    running = serve_first(heartbeat_timeout_s=100)  # heartbeats do not detect it
    version = send_signal(running, signal.SIGSTOP)
    running.server.stop(grace_s=0.1)
    eventually(lambda: ended(version.pid), "the stopped process's end")


def test_an_endless_warm_up_times_out_and_its_process_is_killed(shop, serve, eventually):
    """The graph of the record would run for hours, so its process must be killed."""
    import numpy as np

    shop.push(1, edit=write_warmup(({"rounds": np.int32(2**30)}, "spin")))
    before = workers()
    running = serve(shop, wait=False, load_timeout_s=5, max_load_retries=0)
    eventually(lambda: workers() - before, "the worker that warms up")
    (worker,) = workers() - before
    eventually(running.server.failures, "1 failed")
    assert running.server.failures() == ["lookbook version 1: DEADLINE_EXCEEDED: version 1 did not load within 5 s"]
    eventually(lambda: ended(worker), "its process's end")


def workers():
    """Ids of the workers of this process's worker hosts."""
    hosts = [p for p in psutil.Process().children() if "serving.server.worker_host" in " ".join(p.cmdline())]
    return {child.pid for host in hosts for child in host.children() if not ended(child.pid)}


@pytest.mark.proof  # TensorFlow is imported twice
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_host_that_ended_or_hangs_is_replaced(own_server, shop, eventually, number, monkeypatch):
    monkeypatch.setattr("serving.server.worker_client.FORK_TIMEOUT_S", 1.0)
    (host,) = [
        p
        for p in psutil.Process().children()
        if "serving.server.worker_host" in " ".join(p.cmdline())
        and own_server.served_versions()[0].pid in {c.pid for c in p.children()}
    ]
    os.kill(host.pid, number)
    shop.push(2)
    eventually(lambda: [v.version for v in own_server.served_versions()] == [2], "2 serves", timeout_s=120)
    eventually(lambda: ended(host.pid), "the old host's end")


def test_a_process_handle_kills_a_process_that_ignores_sigterm():
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdout.readline() == b"up\n"
    handle = ProcessHandle(process.pid)
    process.terminate()
    assert not handle.wait(0)
    handle.end(0.1)
    assert process.wait(60) == -signal.SIGKILL
    process.stdout.close()
