"""Requests, latency and errors between two readings of the server's metrics."""

import math

import pytest
from prometheus_client import generate_latest

from console.server_metrics import ServerMetrics, load_between, parse, quantile
from serving.server import metrics as server


@pytest.fixture
def served():
    """Metrics of a server without versions."""
    return server.ServerMetrics(lambda: [])


def text(served) -> str:
    return generate_latest(served.registry).decode()


def answer(served, *latencies_s, code="OK", version="5", method="Predict"):
    for latency_s in latencies_s:
        served.record(method, "lookbook", version, code, latency_s)


def test_requests_are_counted_over_versions_and_other_methods_are_left_out(served):
    answer(served, 0.004, 0.004)
    answer(served, 0.02, version="6")
    answer(served, 0.2, code="DEADLINE_EXCEEDED", version="6")
    answer(served, 9, method="GetModelStatus")
    load = load_between(None, parse(text(served), 10.0))
    assert (load.requests, load.errors, load.error_share) == (4, {"DEADLINE_EXCEEDED": 1}, 0.25)
    assert (load.seconds, load.per_second) == (None, None)


def test_a_load_is_that_between_two_readings(served):
    answer(served, *[0.2] * 10)
    first = parse(text(served), 100.0)
    answer(served, *[0.002] * 30)
    load = load_between(first, parse(text(served), 110.0))
    assert (load.requests, load.per_second, load.error_share) == (30, 3.0, 0.0)
    assert 0.001 <= load.p50_s <= load.p95_s <= load.p99_s <= 0.002  # the bucket of 1 to 2 ms


def test_without_requests_there_is_no_latency(served):
    load = load_between(None, parse(text(served), 0.0))
    assert (load.requests, load.error_share, load.p50_s, load.p99_s) == (0, None, None, None)


def test_a_quantile_is_interpolated_in_its_bucket():
    within = {0.01: 10.0, 0.02: 30.0, 0.1: 40.0, math.inf: 50.0}
    assert quantile(within, 0.2) == pytest.approx(0.01)
    assert quantile(within, 0.4) == pytest.approx(0.015)
    assert quantile(within, 0.7) == pytest.approx(0.06)
    assert quantile(within, 0.99) == 0.1  # the last bucket has no upper bound


def test_readings_reach_back_five_minutes_and_begin_again_with_a_new_server(served):
    now = [0.0]
    reader = ServerMetrics(lambda: "host:1", waiting=str, read=lambda _: text(served), clock=lambda: now[0])
    answer(served, 0.004)
    assert reader.now()[0].seconds is None
    for now[0] in (100.0, 200.0, 350.0):
        answer(served, 0.004)
        load, _ = reader.now()
    assert (load.seconds, load.requests) == (250.0, 2)
    served.__init__(lambda: [])
    now[0] = 360.0
    answer(served, 0.004)
    load, _ = reader.now()
    assert (load.seconds, load.requests) == (None, 1)


def test_a_real_port_is_read_and_a_closed_one_is_named(served):
    answer(served, 0.004)
    port = served.serve("127.0.0.1", 0)
    reader = ServerMetrics(lambda: f"127.0.0.1:{port}", waiting=str)
    try:
        assert reader.now()[0].requests == 1
    finally:
        served.stop()
    load, problem = reader.now()
    assert load is None
    assert f"127.0.0.1:{port}" in problem


def test_without_an_address_the_reason_is_given():
    assert ServerMetrics(lambda: None, waiting=lambda: "Give --metrics.").now() == (None, "Give --metrics.")


def test_text_of_another_kind_is_no_metrics():
    reader = ServerMetrics(lambda: "host:1", waiting=str, read=lambda _: "<html>not metrics</html>")
    load, problem = reader.now()
    assert load is None or load.requests == 0
    assert load is not None or "host:1" in problem
