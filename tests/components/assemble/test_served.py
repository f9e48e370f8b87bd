"""The assembled model behind the model server, asked by a client with TensorFlow Serving's own stubs."""

import grpc
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.serving.stock_client import StockClient
from tests.tiny_shop import ARTICLES, article_id, customer_id

REFUSED = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.OUT_OF_RANGE}
DEFAULTS = {
    "customer_id": ["unknown"],
    "recent_article_ids": [[""]],
    "exclude_article_ids": [[""]],
    "allow": [[""]],
    "deny": [[""]],
    "age": np.float32([np.nan]),
    "club_member_status": [""],
    "k": np.int32(12),
}


@pytest.fixture(scope="module")
def client(model_server):
    client = StockClient(model_server.port)
    (version,) = model_server.served_versions()
    yield client
    assert client.ask(DEFAULTS, signature="recommend"), "the server must answer after all tests"
    assert model_server.served_versions() == [version], "the process of the version must not have been replaced"
    client.channel.close()


def ask(client, signature="recommend", **inputs):
    return client.ask(inputs, signature=signature)


def test_the_server_answers_like_the_graph(client, served):
    customers = [customer_id(0), customer_id(1), "unknown"]
    wanted = served.ask("serving_default", customer_id=customers)
    found = ask(client, "serving_default", customer_id=customers)
    for name, values in wanted.items():
        if values.dtype == object:
            np.testing.assert_array_equal(found[name], values)
        else:
            np.testing.assert_allclose(found[name], values, atol=1e-5)


HOSTILE = {
    "unknown": {"customer_id": ["unknown"]},
    "empty": {"customer_id": [""]},
    "10,000 characters": {"customer_id": ["x" * 10_000]},
    "emoji": {"customer_id": ["👗👠🧥"]},
    "not UTF-8": {"customer_id": [b"\xff\xfe"]},
    "1,000 recent articles": {"recent_article_ids": [[article_id(i % ARTICLES) for i in range(1000)]]},
    "unknown recent articles": {"recent_article_ids": [["", "👗", "x" * 10_000]]},
    "recent articles of width 0": {"recent_article_ids": np.zeros([1, 0], object)},
    "all but the last three excluded": {"exclude_article_ids": [[article_id(i) for i in range(ARTICLES - 3)]]},
    "a denied value that no article has": {"deny": [["colour_group_name=👗"]]},
    "1,000 denied values": {"deny": [[f"colour_group_name={i}" for i in range(1000)]]},
    "a value that is not UTF-8": {"deny": [[b"colour_group_name=\xff\xfe\n"]]},
    "conditions of width 0": {"allow": np.zeros([1, 0], object), "deny": np.zeros([1, 0], object)},
    "an age of NaN": {"age": np.float32([np.nan])},
    "an age of infinity": {"age": np.float32([-np.inf])},
    "an age of 10^30": {"age": np.float32([1e30])},
    "an unknown club": {"club_member_status": ["👗" * 1000]},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_unusual_inputs_are_answered(client, change):
    answer = ask(client, **{**DEFAULTS, **change})
    assert answer["article_ids"].shape == answer["scores"].shape == answer["channels"].shape == (1, 12)
    assert np.isfinite(answer["scores"]).all()
    assert (answer["article_ids"] != b"").any()


def test_an_empty_batch_gets_an_answer_without_rows(client):
    empty = {name: np.zeros([0, *np.shape(values)[1:]], np.asarray(values).dtype) for name, values in DEFAULTS.items()}
    empty = {name: values.astype(object) if values.dtype.kind == "U" else values for name, values in empty.items()}
    empty["k"] = DEFAULTS["k"]
    assert ask(client, **empty)["article_ids"].shape == (0, 12)
    assert ask(client, "serving_default", customer_id=empty["customer_id"])["article_ids"].shape == (0, 12)
    similar = {
        "article_id": empty["customer_id"],
        **{n: empty[n] for n in ("exclude_article_ids", "allow", "deny", "k")},
    }
    assert ask(client, "similar_articles", **similar)["article_ids"].shape == (0, 12)


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_similar_articles_refuses_exclusions_of_another_batch_size(client, rows):
    exclude = np.full([rows, 1], "", object)
    with pytest.raises(grpc.RpcError) as caught:
        ask(
            client,
            "similar_articles",
            article_id=[article_id(0), article_id(1)],
            exclude_article_ids=exclude,
            allow=[[""], [""]],
            deny=[[""], [""]],
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
    "conditions of two for one customer": {"deny": [["colour_group_name=Red"], [""]]},
    "a condition on an unknown column": {"allow": [["colour=Red"]]},
    "a condition on a column that is no attribute": {"allow": [["prod_name=Basic tee"]]},
    "a condition without a value": {"deny": [["colour_group_name"]]},
    "exclusions of no customer": {"exclude_article_ids": np.zeros([0, 1], object)},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_invalid_inputs_are_refused_as_errors_of_the_request(client, change):
    with pytest.raises(grpc.RpcError) as caught:
        ask(client, **{**DEFAULTS, **change})
    assert caught.value.code() in REFUSED
    assert caught.value.details()


TEXTS = hnp.arrays(object, hnp.array_shapes(min_dims=0, max_dims=3, max_side=3), elements=st.binary(max_size=8))
NUMBERS = hnp.arrays(
    st.sampled_from(["int32", "float32", "int64"]), hnp.array_shapes(min_dims=0, max_dims=3, max_side=3)
)
SIGNATURES = ["recommend", "serving_default", "similar_articles", "complete_the_look", "describe_articles", "judge"]
SIGNATURES = [*SIGNATURES, "customer_embedding"]
NAMES = [*DEFAULTS, "article_id", "examples"]


@settings(max_examples=100)
@given(st.sampled_from(SIGNATURES), st.dictionaries(st.sampled_from(NAMES), TEXTS | NUMBERS), st.booleans())
def test_random_tensors_are_answered_or_refused(client, signature, inputs, whole):
    """`whole` adds valid values of all other inputs."""
    try:
        ask(client, signature, **({**DEFAULTS, **inputs} if whole and signature == "recommend" else inputs))
    except grpc.RpcError as error:
        assert error.code() in REFUSED, error.details()  # noqa: PT017  (either is right)
