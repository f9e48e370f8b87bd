"""The assembled model behind the model server, asked by a client written with TensorFlow Serving's own stubs."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from serving.server.config import ServerConfig
from serving.server.model_server import ModelServer
from tests.tiny_shop import ARTICLES, article_id, customer_id

READY_S = 120
REFUSED = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.OUT_OF_RANGE}
DEFAULTS = {
    "customer_id": ["nobody"],
    "recent_article_ids": [[""]],
    "exclude_article_ids": [[""]],
    "age": np.float32([np.nan]),
    "club_member_status": [""],
    "k": np.int32(12),
}


@pytest.fixture(scope="module")
def stub(served):
    with ModelServer(
        ServerConfig(base_paths={"lookbook": served.folder.parent}, port=0, poll_interval_s=0.1)
    ) as server:
        assert server.wait_ready(READY_S), server.failures()
        (version,) = server.served_versions()
        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            yield stub
            assert ask(stub, **DEFAULTS), "the server must answer after all tests"
        assert server.served_versions() == [version], "the process of the version must not have been replaced"


def ask(stub, signature="recommend", **inputs):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "lookbook"
    request.model_spec.signature_name = signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
    return {name: tf.make_ndarray(proto) for name, proto in stub.Predict(request, timeout=60).outputs.items()}


def test_the_server_answers_like_the_graph(stub, served):
    customers = [customer_id(0), customer_id(1), "nobody"]
    wanted = served.ask("serving_default", customer_id=customers)
    found = ask(stub, "serving_default", customer_id=customers)
    for name, values in wanted.items():
        if values.dtype == object:
            np.testing.assert_array_equal(found[name], values)
        else:
            np.testing.assert_allclose(found[name], values, atol=1e-5)


HOSTILE = {
    "unknown": {"customer_id": ["nobody"]},
    "empty": {"customer_id": [""]},
    "10,000 characters": {"customer_id": ["x" * 10_000]},
    "emoji": {"customer_id": ["👗👠🧥"]},
    "not UTF-8": {"customer_id": [b"\xff\xfe"]},
    "1,000 recent articles": {"recent_article_ids": [[article_id(i % ARTICLES) for i in range(1000)]]},
    "unknown recent articles": {"recent_article_ids": [["", "👗", "x" * 10_000]]},
    "recent articles of width 0": {"recent_article_ids": np.zeros([1, 0], object)},
    "all but the last three excluded": {"exclude_article_ids": [[article_id(i) for i in range(ARTICLES - 3)]]},
    "an age of NaN": {"age": np.float32([np.nan])},
    "an age of infinity": {"age": np.float32([-np.inf])},
    "an age of 10^30": {"age": np.float32([1e30])},
    "an unknown club": {"club_member_status": ["👗" * 1000]},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_unusual_inputs_are_answered(stub, change):
    answer = ask(stub, **{**DEFAULTS, **change})
    assert answer["article_ids"].shape == answer["scores"].shape == answer["channels"].shape == (1, 12)
    assert np.isfinite(answer["scores"]).all()
    assert (answer["article_ids"] != b"").any()


def test_an_empty_batch_gets_an_answer_without_rows(stub):
    nobody = {name: np.zeros([0, *np.shape(values)[1:]], np.asarray(values).dtype) for name, values in DEFAULTS.items()}
    nobody = {name: values.astype(object) if values.dtype.kind == "U" else values for name, values in nobody.items()}
    nobody["k"] = DEFAULTS["k"]
    assert ask(stub, **nobody)["article_ids"].shape == (0, 12)
    assert ask(stub, "serving_default", customer_id=nobody["customer_id"])["article_ids"].shape == (0, 12)
    similar = {"article_id": nobody["customer_id"], **{n: nobody[n] for n in ("exclude_article_ids", "k")}}
    assert ask(stub, "similar_articles", **similar)["article_ids"].shape == (0, 12)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_similar_articles_refuses_exclusions_of_another_batch_size(stub, rows):
    exclude = np.full([rows, 1], "", object)
    with pytest.raises(grpc.RpcError) as caught:
        ask(
            stub,
            "similar_articles",
            article_id=[article_id(0), article_id(1)],
            exclude_article_ids=exclude,
            k=DEFAULTS["k"],
        )
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


WRONG = {
    "customer as a number": {"customer_id": [1]},
    "recent articles as numbers": {"recent_article_ids": [[1]]},
    "age as double": {"age": np.float64([30])},
    "k as int64": {"k": np.int64(12)},
    "k of 0": {"k": np.int32(0)},
    "k of a billion": {"k": np.int32(10**9)},
    "k of two numbers": {"k": np.int32([12, 12])},
    "recent articles in one row": {"recent_article_ids": ["a", "b"]},
    "two ages for one customer": {"age": np.float32([30, 40])},
    "two clubs for one customer": {"club_member_status": ["ACTIVE", "ACTIVE"]},
    "recent articles of two for one customer": {"recent_article_ids": [["a"], ["b"]]},
    "exclusions of two for one customer": {"exclude_article_ids": [[article_id(0)], [article_id(1)]]},
    "exclusions of one for two customers": {
        **{name: [*values, *values] for name, values in DEFAULTS.items() if name not in ("k", "age")},
        "age": np.float32([np.nan, np.nan]),
        "exclude_article_ids": [[article_id(0)]],
    },
    "exclusions of no customer": {"exclude_article_ids": np.zeros([0, 1], object)},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_invalid_inputs_are_refused_as_errors_of_the_request(stub, change):
    with pytest.raises(grpc.RpcError) as caught:
        ask(stub, **{**DEFAULTS, **change})
    assert caught.value.code() in REFUSED
    assert caught.value.details()


TEXTS = hnp.arrays(object, hnp.array_shapes(min_dims=0, max_dims=3, max_side=3), elements=st.binary(max_size=8))
NUMBERS = hnp.arrays(
    st.sampled_from(["int32", "float32", "int64"]), hnp.array_shapes(min_dims=0, max_dims=3, max_side=3)
)
SIGNATURES = ["recommend", "serving_default", "similar_articles", "describe_articles", "customer_embedding", "judge"]
NAMES = [*DEFAULTS, "article_id", "examples"]


@settings(max_examples=100)
@given(st.sampled_from(SIGNATURES), st.dictionaries(st.sampled_from(NAMES), TEXTS | NUMBERS), st.booleans())
def test_random_tensors_are_answered_or_refused(stub, signature, inputs, whole):
    """`whole` adds valid values of all other inputs."""
    try:
        ask(stub, signature, **({**DEFAULTS, **inputs} if whole and signature == "recommend" else inputs))
    except grpc.RpcError as error:
        assert error.code() in REFUSED, error.details()  # noqa: PT017  (either is right)
