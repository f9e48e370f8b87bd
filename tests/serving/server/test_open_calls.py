"""Calls without a message, streams and pings of one connection are limited and block no other call."""

import contextlib
import gzip
import threading

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from serving import wire
from serving.client import ClientConfig, RecommenderClient
from tests.serving.queries import INPUTS, in_flight, sample
from tests.serving.stock_client import spin_request

UNAVAILABLE, DEADLINE = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED


@contextlib.contextmanager
def calls_without_a_message(port, method, number):
    """Opens calls on one connection that send only headers."""
    release = threading.Event()

    def nothing():
        release.wait()
        yield from ()

    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        calls = [channel.stream_stream(method)(nothing()) for _ in range(number)]
        try:
            yield calls
        finally:
            release.set()
            for call in calls:
                call.cancel()


def assert_all_is_answered(running):
    assert running.stock.predict(INPUTS, timeout=20).outputs
    assert running.stock.states()[1][0] == "AVAILABLE"
    health = health_pb2_grpc.HealthStub(running.stock.channel)
    assert health.Check(health_pb2.HealthCheckRequest(), timeout=20).status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize(
    "method",
    [
        wire.PREDICT_METHOD,
        wire.STATUS_METHOD,
        "/grpc.health.v1.Health/Check",
        "/grpc.health.v1.Health/Watch",
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ],
)
def test_a_hundred_calls_without_a_message_block_no_other_call(serve_first, method):
    running = serve_first()
    with calls_without_a_message(running.port, method, 100):
        assert_all_is_answered(running)


def test_a_call_without_a_message_times_out(serve_first):
    running = serve_first(receive_timeout_s=0.2)
    with calls_without_a_message(running.port, wire.PREDICT_METHOD, 3) as calls:
        for call in calls:
            assert call.code() is DEADLINE
            assert call.details() == "no request message within 0.2 s of the call's beginning"
    assert_all_is_answered(running)


def test_open_calls_are_limited_and_health_has_its_own_limit(serve_first):
    running = serve_first(max_open_calls=5, receive_timeout_s=600)
    with calls_without_a_message(running.port, wire.PREDICT_METHOD, 6) as calls:
        ended = threading.Event()
        for call in calls:
            if not call.add_callback(ended.set):  # the call has already ended, so there will be no callback
                ended.set()
        assert ended.wait(60)
        (refused,) = [call for call in calls if not call.is_active()]
        assert refused.code() is UNAVAILABLE
        assert refused.details() == "more than 5 calls are open; try again"
        health = health_pb2_grpc.HealthStub(running.stock.channel)
        answer = health.Check(health_pb2.HealthCheckRequest(), timeout=20)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_streams_are_limited_in_number_and_time(serve_first):
    running = serve_first(max_reflection_streams=1, receive_timeout_s=0.5)
    stub = reflection_pb2_grpc.ServerReflectionStub(running.stock.channel)
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    (answer,) = stub.ServerReflectionInfo(iter([question]), timeout=20)
    names = {service.name for service in answer.list_services_response.service}
    assert names == {wire.PREDICTION_SERVICE, wire.MODEL_SERVICE, "grpc.reflection.v1alpha.ServerReflection"}
    method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    with calls_without_a_message(running.port, method, 2) as calls:
        found = sorted((call.code().name, call.details()) for call in calls)
    assert found == [
        ("DEADLINE_EXCEEDED", "no request message within 0.5 s of the call's beginning"),
        ("UNAVAILABLE", "more than 1 reflection streams are open; try again"),
    ]


def test_health_check_and_watch_report_each_service(shop, serve):
    running = serve(shop, wait=False)
    stub = health_pb2_grpc.HealthStub(running.stock.channel)
    watched = stub.Watch(health_pb2.HealthCheckRequest(service=wire.PREDICTION_SERVICE), timeout=120)
    assert next(watched).status == health_pb2.HealthCheckResponse.NOT_SERVING
    shop.push(1)
    assert next(watched).status == health_pb2.HealthCheckResponse.SERVING
    with pytest.raises(grpc.RpcError) as caught:
        stub.Check(health_pb2.HealthCheckRequest(service="unknown"), timeout=20)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    watched.cancel()


def test_the_server_accepts_pings_of_clients(serve_first, eventually):
    running = serve_first()
    options = [("grpc.keepalive_time_ms", 1000), ("grpc.keepalive_permit_without_calls", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{running.port}", options) as channel:
        states = []
        channel.subscribe(states.append, try_to_connect=True)
        watched = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=6)
        with pytest.raises(grpc.RpcError) as caught:  # too many pings would have ended it before
            list(watched)
        assert caught.value.code() is DEADLINE
        assert grpc.ChannelConnectivity.TRANSIENT_FAILURE not in states


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_compressed_requests_are_answered(serve_first, compression):
    running = serve_first()
    request = wire.PredictRequest()
    request.model_spec.name = "lookbook"
    request.inputs["customer_id"].dtype = 7
    request.inputs["customer_id"].tensor_shape.dim.add(size=1)
    request.inputs["customer_id"].string_val.append(b"c" * 10_000)
    with grpc.insecure_channel(f"127.0.0.1:{running.port}", compression=compression) as channel:
        answer = channel.unary_unary(wire.PREDICT_METHOD)(request.SerializeToString(), timeout=30)
    assert wire.PredictResponse.FromString(answer).model_spec.version.value == 1


def test_the_size_limit_applies_to_inflated_messages(serve_first):
    running = serve_first(max_message_bytes=100_000)
    bomb = b"\n" * 50_000_000
    assert len(gzip.compress(bomb)) < 100_000
    target, compression = f"127.0.0.1:{running.port}", grpc.Compression.Gzip
    with grpc.insecure_channel(target, compression=compression) as channel, pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(wire.PREDICT_METHOD)(bomb, timeout=30)
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "more than 100000 bytes" in caught.value.details()
    assert_all_is_answered(running)


def test_the_query_client_retries_unavailable_requests(serve_first, eventually):
    """An error with a body would count as an answer, and gRPC would not retry it."""
    running = serve_first(max_concurrency=1)
    spin = running.stock.prediction.Predict.future(spin_request(), timeout=6)  # its slot is free after the timeout
    eventually(lambda: in_flight(running) == 1, "a request in flight")
    answered = []
    config = ClientConfig(deadline_s=60, max_attempts=5, backoff_s=2, max_backoff_s=2)
    with RecommenderClient(f"127.0.0.1:{running.port}", config) as client:
        thread = threading.Thread(target=lambda: answered.extend(client.recommend_default(["c1"])))
        thread.start()
        refused = {"method": "Predict", "model": "", "version": "", "code": "UNAVAILABLE"}
        eventually(lambda: sample(running, "requests_total", **refused), "a refusal")
        thread.join(60)
    assert spin.code() is DEADLINE
    assert [answer.model_version for answer in answered] == [1]
