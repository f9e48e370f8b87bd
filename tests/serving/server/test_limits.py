"""Deadlines, and limits of the rows, bytes and requests in flight."""

import grpc
import pytest

from tests.serving.queries import in_flight
from tests.serving.stock_client import predict_request, spin_request


def spin(running, timeout):
    """Sends a request that keeps a processor busy."""
    return running.stock.prediction.Predict.future(spin_request(), timeout=timeout)


@pytest.fixture
def spinning(serve_first, eventually):
    """Starts a server with one endless request in flight."""
    calls = []

    def start(timeout=60, **limits):
        running = serve_first(**limits)
        calls.append(spin(running, timeout))
        eventually(lambda: in_flight(running) == 1, "the first request in flight")
        return running, calls[0]

    yield start
    for call in calls:
        call.cancel()


def test_a_run_of_the_graph_is_cancelled_at_its_deadline(serve_first, eventually):
    """The request is in flight until its run of the graph ends, which would take hours."""
    running = serve_first()
    call = spin(running, timeout=0.5)
    assert call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    eventually(lambda: in_flight(running) == 0, "the run's end")
    assert running.stock.predict({"customer_id": ["c1"]}).outputs


def big_batch(rows):
    return predict_request({"customer_id": ["c1"] * rows})


def test_rows_in_flight_are_limited_and_further_requests_wait(spinning):
    """An endless run takes one of two rows: a request of one row is answered, one of two rows waits."""
    running, _ = spinning(max_rows_in_flight=2)
    assert running.stock.predict({"customer_id": ["c1"]}).outputs
    with pytest.raises(grpc.RpcError) as caught:
        running.stock.prediction.Predict(big_batch(2), timeout=1)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_requests_with_more_rows_than_the_limit_are_answered_one_by_one(serve_first):
    running = serve_first(max_rows_in_flight=100)
    calls = [running.stock.prediction.Predict.future(big_batch(1000), timeout=60) for _ in range(8)]
    assert [call.result().outputs["scores"].tensor_shape.dim[0].size for call in calls] == [1000] * 8


def test_a_cancelled_request_is_dropped_before_it_runs(spinning, eventually):
    running, first = spinning(timeout=20, max_rows_in_flight=1)
    others = [spin(running, timeout=50) for _ in range(5)]
    eventually(lambda: in_flight(running) == 6, "the others behind it")
    for call in others:
        call.cancel()
    eventually(lambda: in_flight(running) == 1, "the others dropped")  # the first still runs
    assert not first.done()


def test_bytes_in_flight_are_limited(spinning):
    running, _ = spinning(max_bytes_in_flight=100_000)
    with pytest.raises(grpc.RpcError, match="requests in flight exceed 100000 bytes; try again") as caught:
        running.stock.predict({"customer_id": ["c" * 100_000]})
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert running.stock.predict({"customer_id": ["c" * 1000]}).outputs


def test_a_request_above_max_concurrency_is_unavailable(spinning, eventually):
    running, first = spinning(timeout=4, max_concurrency=1)
    with pytest.raises(grpc.RpcError, match="more than 1 requests at once") as caught:
        running.stock.predict({"customer_id": ["c1"]})
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert running.stock.states()[1] == ("AVAILABLE", 0, "")  # status is not refused
    assert first.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    eventually(lambda: in_flight(running) == 0, "the end of the first request")
    assert running.stock.predict({"customer_id": ["c1"]}).outputs
