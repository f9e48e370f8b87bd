"""The client with several servers, some of which are unavailable, stop, freeze or restart."""

import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving import errors
from serving.client import ClientConfig, RecommenderClient
from serving.client.throttle import MAX_TOKENS
from serving.server.config import ServerConfig
from serving.server.model_server import ModelServer
from tests.serving.fake_server import flaky_server
from tests.serving.queries import answered_requests

READY_S = 600


def predictions(running):
    return answered_requests(running, "1")


def target(*running):
    return ",".join(f"127.0.0.1:{server.port}" for server in running)


def test_requests_go_to_all_servers_in_turn(shop, serve):
    shop.push(1)
    servers = serve(shop), serve(shop)
    for text in (target(*servers), f"ipv4:{target(*servers)}"):
        before = [predictions(server) for server in servers]
        with RecommenderClient(text, ClientConfig(deadline_s=60, hedge_after_s=60)) as client:
            for _ in range(6):
                client.recommend_default(["c1"])
        assert [predictions(server) for server in servers] == [count + 3 for count in before]


def test_batches_of_one_call_go_to_all_servers(shop, serve):
    shop.push(1)
    servers = serve(shop), serve(shop)
    customers = [f"c{i}" for i in range(40)]
    with RecommenderClient(target(*servers), ClientConfig(deadline_s=60, batch_size=5, hedge_after_s=60)) as client:
        assert [answer.customer_id for answer in client.recommend_default(customers)] == customers
    assert [predictions(server) for server in servers] == [4, 4]


def test_a_stopped_server_is_skipped_and_used_again_when_it_is_back(shop, serve, eventually):
    shop.push(1)
    staying, ending = serve(shop), serve(shop)
    with RecommenderClient(target(staying, ending), ClientConfig(deadline_s=60, max_attempts=1)) as client:
        for _ in range(4):
            client.recommend_default(["c1"])
        ending.server.stop(grace_s=1)
        for _ in range(20):
            client.recommend_default(["c1"])
        back = serve(shop, port=ending.port)
        eventually(lambda: client.recommend_default(["c1"]) and predictions(back), "the new server answers")


def test_the_call_after_a_worker_is_killed_is_answered_within_its_deadline(serve_first):
    running = serve_first()
    with RecommenderClient(target(running), ClientConfig(deadline_s=60, max_backoff_s=30)) as client:
        client.recommend_default(["c1"])
        (served,) = running.server.served_versions()
        os.kill(served.pid, signal.SIGKILL)
        assert client.recommend_default(["c1"])[0].model_version == 1
        assert running.server.served_versions()[0].pid != served.pid


@pytest.fixture
def process(shop):
    """Starts a server in its own process and returns it with its port; the process must end on SIGTERM."""
    started = []

    def start():
        arguments = ["--base-path", str(shop.base), "--port", "0"]
        process = subprocess.Popen(
            [sys.executable, "-m", "serving.server", *arguments], stdout=subprocess.PIPE, stderr=None, text=True
        )
        watchdog = threading.Timer(READY_S, process.kill)
        watchdog.start()
        line = process.stdout.readline()
        watchdog.cancel()
        started.append(process)
        assert line.startswith("serving lookbook on 127.0.0.1:"), line
        return process, int(line.rsplit(":", 1)[1])

    yield start
    for process in started:
        process.send_signal(signal.SIGCONT)
        process.terminate()
    for process in started:
        process.wait(timeout=READY_S)
        process.stdout.close()


def test_requests_to_a_frozen_server_are_answered_by_another_within_the_deadline(shop, serve, process):
    shop.push(1)
    frozen, first = process()
    second = serve(shop).port
    config = ClientConfig(deadline_s=20)  # a third of it and hedge_after_s are much shorter
    with RecommenderClient(f"127.0.0.1:{first},127.0.0.1:{second}", config) as client:
        for _ in range(4):
            client.recommend_default(["c1"])  # connected to both
        frozen.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: client.recommend_default([f"c{n}"]), range(200)))
        assert [answer.customer_id for (answer,) in answers] == [f"c{n}" for n in range(200)]
        assert client.recommend_default([f"c{n}" for n in range(300)])[299].customer_id == "c299"
        assert client.model_status()[0].state == "AVAILABLE"
    with RecommenderClient(f"127.0.0.1:{first},127.0.0.1:{second}", config) as new_client:
        for _ in range(4):
            new_client.recommend_default(["c1"])  # it never had a connection to the frozen server


class FreezingRelay:
    """Forwards connections to a port; `freeze()` silences the present connections, but not new ones."""

    def __init__(self, port):
        self._to, self._frozen = port, set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self):
        self._frozen.update(self._open)

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._to))
            self._open.append(near)
            for read, write in ((near, far), (far, near)):
                threading.Thread(target=self._forward, args=(read, write, near), daemon=True).start()

    def _forward(self, read, write, connection):
        try:
            while data := read.recv(65536):
                if connection not in self._frozen:
                    write.sendall(data)
        except OSError:
            pass
        if connection not in self._frozen:
            write.close()


def test_a_silent_connection_to_a_single_address_is_replaced(serve_first):
    running = serve_first()
    relay = FreezingRelay(running.port)
    with RecommenderClient(f"127.0.0.1:{relay.port}", ClientConfig(deadline_s=30)) as client:
        client.recommend_default(["c1"])
        relay.freeze()
        start_s = time.monotonic()
        for _ in range(3):
            assert client.recommend_default(["c1"])[0].model_version == 1
        assert time.monotonic() - start_s < 30, "only the first request waited"
    relay.close()


def test_retries_stop_while_most_requests_fail():
    config = ClientConfig(deadline_s=60, max_attempts=5, backoff_s=0.001, max_backoff_s=0.001)
    with flaky_server(math.inf) as server, RecommenderClient(f"127.0.0.1:{server.port}", config) as client:
        for _ in range(40):
            with pytest.raises(errors.ServerUnavailableError, match="not now"):
                client.recommend_default(["c1"])
        # Retries until half of the tokens are used, then one attempt for each call: 10 calls of 5 attempts, 30 of 1.
        assert len(server.requests) == MAX_TOKENS / 2 + 30


def test_retry_waits_fit_into_the_deadline():
    config = ClientConfig(deadline_s=0.5, backoff_s=10, max_backoff_s=10, max_attempts=3)
    with flaky_server(math.inf) as server, RecommenderClient(f"127.0.0.1:{server.port}", config) as client:
        with pytest.raises(errors.ServingError):
            client.recommend_default(["c1"])
        assert len(server.requests) >= 2


def test_invalid_requests_are_not_retried_on_other_servers(served):
    text = f"127.0.0.1:{served.port},127.0.0.1:{served.port}"
    before = answered_requests(served, code="INVALID_ARGUMENT")
    with RecommenderClient(text, ClientConfig(deadline_s=60)) as client, pytest.raises(errors.InvalidRequestError):
        client.predict("recommend", {})
    assert answered_requests(served, code="INVALID_ARGUMENT") == before + 1


def test_new_addresses_of_a_name_are_used(monkeypatch, shop, serve, eventually):
    shop.push(1)
    first = serve(shop)
    second = serve(shop, host="127.0.0.2", port=first.port)
    addresses = ["127.0.0.1"]
    monkeypatch.setattr("serving.client.backends.RESOLVE_INTERVAL_S", 0.05)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _, port, **__: [(None, None, None, "", (a, port)) for a in addresses]
    )
    with RecommenderClient(f"models.example:{first.port}", ClientConfig(deadline_s=60)) as client:
        client.recommend_default(["c1"])
        assert (predictions(first), predictions(second)) == (1, 0)
        addresses[:] = ["127.0.0.2"]
        eventually(lambda: client.recommend_default(["c1"]) and predictions(second), "the second server answers")


def test_the_third_server_is_used_if_one_is_frozen_and_one_is_dead():
    """The third server has no model; its error shows that it received the request."""
    with socket.socket() as frozen, socket.socket() as dead, ModelServer(ServerConfig(port=0)) as third:
        for server in (frozen, dead):
            server.bind(("127.0.0.1", 0))
        frozen.listen()
        ports = (frozen.getsockname()[1], dead.getsockname()[1], third.port)
        config = ClientConfig(deadline_s=4, hedge_after_s=0.1)  # a silent connection attempt ends after 5 s
        with (
            RecommenderClient(",".join(f"127.0.0.1:{port}" for port in ports), config) as client,
            pytest.raises(errors.ModelNotFoundError),
        ):
            client.recommend(["c1"])
