"""Unusual, invalid and excessive requests get a clear status, and the server keeps running."""

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
        "allow": [[""]],
        "deny": [[""]],
        "age": np.float32([30]),
        "club_member_status": [""],
        "k": np.int32(12),
    }
    return served.stock.predict({**inputs, **change}, signature="recommend")


@pytest.mark.parametrize(
    "customer", ["unknown customer", "", "x" * 10_000, "👗👠🧥", "\0", "ﷺ' OR 1=1 --"], ids=lambda c: repr(c)[:12]
)
def test_any_customer_id_is_answered(served, customer):
    response = recommend(served, customer_id=[customer])
    assert tf.make_ndarray(response.outputs["article_ids"]).shape == (1, 12)


def test_a_customer_id_that_is_not_utf_8_is_answered(served):
    assert recommend(served, customer_id=[b"\xff\xfe"]).outputs


def test_a_thousand_recent_ids_are_answered(served, articles):
    response = recommend(served, recent_article_ids=[(articles[:50] * 20)])
    assert tf.make_ndarray(response.outputs["article_ids"])[0, 0] == articles[50].encode()


def test_large_requests_and_answers_arrive_complete(served, articles):
    inputs = {
        "customer_id": [b"c" * 20_000] * 100,
        "recent_article_ids": [[""]] * 100,
        "exclude_article_ids": [[""]] * 100,
        "allow": [[""]] * 100,
        "deny": [[""]] * 100,
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
def test_a_wrong_dtype_is_rejected(served, name, values):
    with pytest.raises(grpc.RpcError) as caught:
        recommend(served, **{name: values})
    assert caught.value.code() is INVALID
    assert "Expects arg[" in caught.value.details()


def test_a_batch_above_the_limit_is_rejected(served):
    assert served.stock.predict({"customer_id": ["c"] * 100}).outputs
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.predict({"customer_id": ["c"] * 101})
    assert caught.value.code() is INVALID
    assert caught.value.details().startswith("Batch of input customer_id must be at most 100. Received: 101.")


def test_a_message_of_100_mb_is_rejected(served):
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.predict({"customer_id": [b"x" * 100_000_000]})
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert still_up(served)


def request_of_shape(*sizes):
    """A request of a few bytes with strings of any shape, but no values."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "lookbook"
    request.inputs["customer_id"].dtype = 7
    for size in sizes:
        request.inputs["customer_id"].tensor_shape.dim.add(size=size)
    return request


def test_a_small_message_cannot_allocate_terabytes(served):
    request = request_of_shape(2**40)
    request.inputs["customer_id"].string_val.append(b"c1")
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.prediction.Predict(request, timeout=30)
    assert caught.value.code() is INVALID
    assert still_up(served)


def test_bytes_that_are_not_a_message_are_rejected(served):
    call = served.stock.channel.unary_unary(wire.PREDICT_METHOD, **RAW)
    with pytest.raises(grpc.RpcError) as caught:
        call(b"\xff\xff\xff", timeout=30)
    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert still_up(served)


@pytest.mark.parametrize(("sizes", "words"), [([30_000_000], "at most"), ([1] * 33, "rank at most 32")])
def test_a_shape_is_checked_before_memory_is_allocated(served, sizes, words):
    """The error names the shape, so no array of that shape was made."""
    request = request_of_shape(*sizes)
    assert len(request.SerializeToString()) < 200
    with pytest.raises(grpc.RpcError) as caught:
        served.stock.prediction.Predict(request, timeout=30)
    assert caught.value.code() is INVALID
    assert caught.value.details().startswith("tensor parsing error: customer_id. tensor_shape must")
    assert words in caught.value.details()


def test_a_message_of_57_bytes_cannot_allocate_230_mib(served):
    with pytest.raises(grpc.RpcError, match="at most 65536 elements more than there are values") as caught:
        served.stock.prediction.Predict(request_of_shape(1, 9_999_999), timeout=30)
    assert caught.value.code() is INVALID


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
def test_random_bytes_do_not_stop_the_server(served, request_bytes):
    assert code_of(served, request_bytes) in ALLOWED


@BOUNDED
@given(st.data())
def test_a_damaged_request_does_not_stop_the_server(served, data):
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
        st.sampled_from(["int32", "float32", "int64", "bool"]), hnp.array_shapes(min_dims=0, max_dims=3, max_side=3)
    ),
)
SIGNATURES = ["recommend", "similar_articles", "describe_articles", "customer_embedding", "serving_default"]
NAMES = [
    "customer_id",
    "recent_article_ids",
    "exclude_article_ids",
    "allow",
    "deny",
    "age",
    "club_member_status",
    "k",
    "article_id",
]


@BOUNDED
@given(st.sampled_from(SIGNATURES), st.dictionaries(st.sampled_from(NAMES), TENSORS), st.data())
def test_random_tensors_do_not_stop_the_server(served, signature, inputs, data):
    request = wire.PredictRequest()
    request.model_spec.name = "lookbook"
    request.model_spec.signature_name = signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tensors.to_proto(values))
        if data.draw(st.booleans()):
            request.inputs[name].tensor_shape.dim.add(size=data.draw(st.integers(-(2**63), 2**63 - 1)))
    assert code_of(served, request.SerializeToString()) in ALLOWED


def test_after_all_these_requests_the_server_answers_with_the_same_workers(served):
    assert still_up(served)
    assert [(n, state) for n, (state, *_) in served.stock.states().items()] == [(8, "AVAILABLE"), (7, "AVAILABLE")]
    assert [(v.version, v.restarts) for v in served.server.served_versions()] == [(7, 0), (8, 0)]
