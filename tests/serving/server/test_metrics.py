"""Metrics of the server and the HTTP port that serves them."""

import contextlib
import socket
import urllib.request

import grpc
import pytest

from tests.serving.queries import INPUTS, sample


def test_metrics_count_by_model_version_and_code(served):
    def count(**labels):
        return sample(served, "requests_total", **labels) or 0

    good = {"method": "Predict", "model": "lookbook", "version": "7", "code": "OK"}
    bad = {"method": "Predict", "model": "lookbook", "version": "", "code": "FAILED_PRECONDITION"}
    unknown = {"method": "Predict", "model": "", "version": "", "code": "NOT_FOUND"}
    before = [count(**labels) for labels in (good, bad, unknown)]
    served.stock.predict(INPUTS, version=7)
    with pytest.raises(grpc.RpcError):
        served.stock.predict(INPUTS, signature="nope")
    with pytest.raises(grpc.RpcError):
        served.stock.predict(INPUTS, model="unknown model")
    assert [count(**labels) for labels in (good, bad, unknown)] == [n + 1 for n in before]


def test_metrics_are_served_over_http(served):
    text = urllib.request.urlopen(f"http://127.0.0.1:{served.server.metrics_port}/metrics", timeout=30).read().decode()
    assert 'lookbook_serving_resident_bytes{model="lookbook",version="7"}' in text
    assert "lookbook_serving_latency_seconds_bucket" in text


def test_silent_connections_do_not_block_the_metrics_port(served):
    with contextlib.ExitStack() as silent:
        for _ in range(7):
            silent.enter_context(socket.create_connection(("127.0.0.1", served.server.metrics_port)))
        url = f"http://127.0.0.1:{served.server.metrics_port}/metrics"
        assert b"lookbook_serving_load_seconds" in urllib.request.urlopen(url, timeout=30).read()


def test_a_silent_connection_to_the_metrics_port_is_closed(served, eventually):
    with socket.create_connection(("127.0.0.1", served.server.metrics_port)) as silent:
        silent.settimeout(60)
        assert silent.recv(1) == b""


def test_series_of_a_dropped_version_are_removed(shop, serve_first, eventually):
    running = serve_first(metrics_kept_s=0.1)
    running.stock.predict({"customer_id": ["c1"]})

    def counted(version):
        labels = {"method": "Predict", "model": "lookbook", "version": version, "code": "OK"}
        return sample(running, "requests_total", **labels)

    assert counted("1") == 1
    shop.push(2)
    eventually(lambda: [v.version for v in running.server.served_versions()] == [2], "2 serves")
    running.stock.predict({"customer_id": ["c1"]})
    eventually(lambda: counted("1") is None, "the series of 1 removed")
    assert counted("2") == 1
