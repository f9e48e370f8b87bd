"""What may arrive from outside: each is answered by a clear status, and the server is still up."""

import threading

import grpc
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tensorflow_serving.apis import predict_pb2

from serving import tensors, wire

INVALID = grpc.StatusCode.INVALID_ARGUMENT
RAW = {"request_serializer": None, "response_deserializer": None}


def still_up(served):
    return served.stock.predict({"customer_id": ["c1"]}).model_spec.version.value == 8


def recommend(served, **change):
    inputs = {
        "customer_id": ["c1"],
        "recent_article_ids": [[""]],
        "exclude_article_ids": [[""]],
        "age": np.float32([30]),
        "club_member_status": [""],
        "k": np.int32(12),
    }
    return served.stock.predict({**inputs, **change}, signature="recommend")


@pytest.mark.parametrize(
    "customer", ["nobody knows", "", "x" * 10_000, "👗👠🧥", "\0", "ﷺ' OR 1=1 --"], ids=lambda c: repr(c)[:12]
)
def test_any_customer_id_is_answered(served, customer):
    response = recommend(served, customer_id=[customer])
    assert tf.make_ndarray(response.outputs["article_ids"]).shape == (1, 12)


def test_a_customer_id_that_is_not_text_is_answered(served):
    assert recommend(served, customer_id=[b"\xff\xfe"]).outputs


def test_a_thousand_recent_ids_are_answered(served, articles):
    response = recommend(served, recent_article_ids=[(articles[:50] * 20)])
    assert tf.make_ndarray(response.outputs["article_ids"])[0, 0] == articles[50].encode()


def test_answers_and_requests_of_many_kilobytes_arrive_whole(served, articles):
    inputs = {
        "customer_id": [b"c" * 20_000] * 100,
        "recent_article_ids": [[""]] * 100,
        "exclude_article_ids": [[""]] * 100,
        "age": np.zeros([100], np.float32),
        "club_member_status": [""] * 100,
    }
    response = recommend(served, **inputs, k=np.int32(100))
    ids = tf.make_ndarray(response.outputs["article_ids"])
    assert ids.tolist() == [[article.encode() for article in articles]] * 100


@pytest.mark.parametrize("age", [np.nan, np.inf, -1.0, 1e30])
def test_any_age_is_answered(served, age):
    assert recommend(served, age=np.float32([age])).outputs


WRONG_DTYPES = {
    "customer_id": [1],
    "recent_article_ids": [[1.5]],
    "age": [30],
    "club_member_status": [True],
    "k": np.int64(3),
}


@pytest.mark.parametrize(("name", "values"), WRONG_DTYPES.items(), ids=WRONG_DTYPES)
def test_a_wrong_dtype_is_refused(served, name, values):
    with pytest.raises(grpc.RpcError) as caught:
        recommend(served, **{name: values})
    assert caught.value.code() is INVALID
    assert "Expects arg[" in caught.value.details()


def test_a_batch_above_the_limit_is_refused(served):
    assert served.stock.predict({"customer_id": ["c"] * 100}).outputs
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.predict({"customer_id": ["c"] * 101})
    assert caught.value.code() is INVALID
    assert caught.value.details().startswith("Batch of input customer_id must be at most 100. Received: 101.")


def test_a_message_of_100_mb_is_refused(served):
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.predict({"customer_id": [b"x" * 100_000_000]})
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert still_up(served)


def test_a_few_bytes_cannot_ask_for_terabytes(served):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "lookbook"
    tensor = request.inputs["customer_id"]
    tensor.dtype = 7
    tensor.tensor_shape.dim.add(size=2**40)
    tensor.string_val.append(b"c1")
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.prediction.Predict(request, timeout=30)
    assert caught.value.code() is INVALID
    assert still_up(served)


def test_bytes_that_are_no_message_are_refused(served):
    call = served.stock.channel.unary_unary(wire.PREDICT_METHOD, **RAW)
    with pytest.raises(grpc.RpcError) as caught:
        call(b"\xff\xff\xff", timeout=30)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert still_up(served)


def test_a_deadline_is_kept_and_the_work_given_up(served, eventually):
    import psutil

    pid = next(version.pid for version in served.server.served_versions() if version.version == 8)
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.predict({"rounds": np.int32(2**30)}, signature="spin", timeout=0.3)
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    process = psutil.Process(pid)
    eventually(lambda: process.cpu_percent(interval=0.2) < 20, "the worker at rest")
    assert still_up(served)


def test_one_request_too_many_at_once_is_unavailable(shop, serve, eventually):
    shop.push(1)
    running = serve(shop, max_concurrency=1)
    codes = []

    def spin():
        with pytest.raises(grpc.RpcError) as caught:
            running.stock.predict({"rounds": np.int32(2**30)}, signature="spin", timeout=2)
        codes.append(caught.value.code())

    thread = threading.Thread(target=spin)
    thread.start()

    def in_flight():
        return running.server.metrics.registry.get_sample_value("lookbook_serving_requests_in_flight")

    eventually(lambda: in_flight() == 1, "the first request in flight")
    with pytest.raises(grpc.RpcError, match="more than 1 requests at once") as caught:
        running.stock.predict({"customer_id": ["c1"]})
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert running.stock.states()[1] == ("AVAILABLE", 0, "")  # status is not refused
    thread.join()
    assert codes == [grpc.StatusCode.DEADLINE_EXCEEDED]
    eventually(lambda: in_flight() == 0, "the first request given up")
    assert running.stock.predict({"customer_id": ["c1"]}).outputs


BOUNDED = settings(max_examples=150)
ALLOWED = {
    grpc.StatusCode.OK,
    INVALID,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNIMPLEMENTED,
}


def code_of(served, request: bytes):
    call = served.stock.channel.unary_unary(wire.PREDICT_METHOD, **RAW)
    try:
        call(request, timeout=30)
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


@BOUNDED
@given(st.binary(max_size=200))
def test_random_bytes_never_bring_it_down(served, request_bytes):
    assert code_of(served, request_bytes) in ALLOWED


@BOUNDED
@given(st.data())
def test_a_damaged_request_never_brings_it_down(served, data):
    request = wire.PredictRequest(output_filter=["scores"])
    request.model_spec.name = "lookbook"
    request.inputs["customer_id"].CopyFrom(tensors.to_proto(["c1", "c2"]))
    whole = bytearray(request.SerializeToString())
    for at, value in data.draw(
        st.dictionaries(st.integers(0, len(whole) - 1), st.integers(0, 255), max_size=4)
    ).items():
        whole[at] = value
    assert code_of(served, bytes(whole[: data.draw(st.integers(0, len(whole)))])) in ALLOWED


TENSORS = st.one_of(
    hnp.arrays(object, hnp.array_shapes(min_dims=0, max_dims=3, max_side=3), elements=st.binary(max_size=8)),
    hnp.arrays(
        st.sampled_from(["int32", "float32", "int64", "bool"]),
        hnp.array_shapes(min_dims=0, max_dims=3, max_side=3),
    ),
)
SIGNATURES = ["recommend", "similar_articles", "describe_articles", "customer_embedding", "serving_default"]
NAMES = [
    "customer_id",
    "recent_article_ids",
    "exclude_article_ids",
    "age",
    "club_member_status",
    "k",
    "article_id",
]


@BOUNDED
@given(st.sampled_from(SIGNATURES), st.dictionaries(st.sampled_from(NAMES), TENSORS), st.data())
def test_random_tensors_never_bring_it_down(served, signature, inputs, data):
    request = wire.PredictRequest()
    request.model_spec.name = "lookbook"
    request.model_spec.signature_name = signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tensors.to_proto(values))
        if data.draw(st.booleans()):
            request.inputs[name].tensor_shape.dim.add(size=data.draw(st.integers(-(2**63), 2**63 - 1)))
    assert code_of(served, request.SerializeToString()) in ALLOWED


def test_after_all_that_it_answers_and_no_worker_has_died(served):
    assert still_up(served)
    assert [(n, state) for n, (state, *_) in served.stock.states().items()] == [
        (8, "AVAILABLE"),
        (7, "AVAILABLE"),
    ]
    assert [(v.version, v.restarts) for v in served.server.served_versions()] == [(7, 0), (8, 0)]
