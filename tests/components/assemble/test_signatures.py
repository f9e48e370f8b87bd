"""The signatures: documented shapes, unusual ids, and the optional inputs of requests."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import tensorflow as tf

from models.rankings import RANKINGS
from models.recommender.channels import CHANNELS
from models.recommender.config import AlikeConfig
from models.recommender.signatures import DESCRIBED
from tests.tiny_shop import ARTICLES, article_id, customer_id, raw_articles
from tests.tiny_training import RECOMMENDER
from transforms.content import read_content
from transforms.state_files import state_folder

HOSTILE = ["", "unknown", "👗", "c000 ", "c000\n", "'; drop table", "x" * 10_000]
REASONS = ("reason_codes", "reason_subjects", "reason_counts", "reason_days")
RULES = {name: [None, None] for name in ("exclude_article_ids", "allow", "deny")}
SHAPES = {
    "serving_default": (
        {"customer_id": [None]},
        {"article_ids": 12, "scores": 12, "channels": 12, **dict.fromkeys(REASONS, (12, 3))},
    ),
    "recommend": (
        {
            "customer_id": [None],
            "recent_article_ids": [None, None],
            **RULES,
            "age": [None],
            "club_member_status": [None],
            "k": [],
        },
        {"article_ids": None, "scores": None, "channels": None, **dict.fromkeys(REASONS)},
    ),
    "similar_articles": (
        {"article_id": [None], **RULES, "k": []},
        {"article_ids": None, "scores": None},
    ),
    "complete_the_look": (
        {"article_id": [None], "customer_id": [None], **RULES, "k": []},
        {"groups": 4, "article_ids": None, "scores": None},
    ),
    "customer_embedding": ({"customer_id": [None]}, {"embedding": 8}),
    "article_embedding": ({"article_id": [None]}, {"embedding": 8}),
    "customer_needs": ({"customer_id": [None], "k": []}, {"product_types": None, "probabilities": None}),
    "baselines": ({"customer_id": [None]}, {"own_purchases": 12, "popular": 12}),
}


def test_the_model_has_the_documented_signatures(exact):
    assert set(exact.loaded.signatures) == {*SHAPES, "describe_articles", "article_outlook", "judge"}


@pytest.mark.parametrize("name", SHAPES)
def test_a_signature_has_the_documented_inputs(exact, name):
    specs = exact.loaded.signatures[name].structured_input_signature[1]
    assert {key: spec.shape.as_list() for key, spec in specs.items()} == SHAPES[name][0]


@pytest.mark.parametrize("name", ["serving_default", "customer_embedding", "baselines"])
@pytest.mark.parametrize("batch", [0, 1, 5])
def test_answers_have_the_documented_shapes(exact, name, batch):
    answer = exact.ask(name, customer_id=np.array([customer_id(i) for i in range(batch)], object))
    assert {key: value.shape for key, value in answer.items()} == {
        key: (batch, *np.atleast_1d(width)) for key, width in SHAPES[name][1].items()
    }


@pytest.mark.parametrize("k", [1, 7, 20])
def test_recommend_and_similar_answer_k(exact, k):
    answer = exact.recommend([customer_id(0), "unknown"], k=k)
    assert {name: value.shape for name, value in answer.items()} == {
        name: (2, k, 3) if name in REASONS else (2, k) for name in SHAPES["recommend"][1]
    }
    similar = exact.similar([article_id(0), "?"], k=k)
    assert {value.shape for value in similar.values()} == {(2, k)}


@pytest.mark.parametrize(
    ("ask", "largest"),
    [
        (lambda exact, k: exact.recommend([customer_id(0)], k=k), RECOMMENDER.max_candidates),
        (lambda exact, k: exact.similar([article_id(0)], k=k), 100),
        (lambda exact, k: exact.complete([article_id(0)], k=k), 100),
        (lambda exact, k: exact.ask("customer_needs", customer_id=[customer_id(0)], k=k), 100),
    ],
    ids=["recommend", "similar", "complete", "needs"],
)
@pytest.mark.parametrize("k", [0, -1, "one too many", 2**31 - 1])
def test_k_out_of_range_is_refused_with_the_range(exact, ask, largest, k):
    with pytest.raises(tf.errors.InvalidArgumentError, match=rf"k must lie in \[1, {largest}\]"):
        ask(exact, largest + 1 if k == "one too many" else k)


def test_all_unknown_customers_get_the_same_full_answer(exact):
    answer = exact.ask("serving_default", customer_id=HOSTILE)
    assert (answer["article_ids"] == answer["article_ids"][0]).all()
    assert (answer["article_ids"] != b"").all()
    assert np.isfinite(answer["scores"]).all()


def test_unknown_articles_are_ignored(exact):
    wanted = exact.recommend(["unknown"])
    found = exact.recommend(["unknown"], recent=[HOSTILE], exclude=[HOSTILE])
    np.testing.assert_array_equal(found["article_ids"], wanted["article_ids"])
    similar = exact.similar(HOSTILE, k=5)
    assert (similar["article_ids"] == b"").all()
    look = exact.complete(HOSTILE, customers=HOSTILE, exclude=[HOSTILE] * len(HOSTILE))
    assert (look["groups"] == b"").all()
    assert (look["article_ids"] == b"").all()
    assert (look["scores"] == 0).all()
    assert (exact.ask("article_embedding", article_id=HOSTILE)["embedding"] == 0).all()
    outlook = exact.ask("article_outlook", article_id=HOSTILE)
    assert all(np.isnan(numbers).all() for numbers in outlook.values())
    described = exact.ask("describe_articles", article_id=HOSTILE)
    assert all((texts == b"").all() for texts in described.values())


def test_recent_articles_change_the_answer_to_an_unknown_customer(exact):
    plain = exact.recommend(["unknown"], k=RECOMMENDER.max_candidates)
    looked = exact.recommend(["unknown"], recent=[[article_id(3)]], k=RECOMMENDER.max_candidates)
    assert (plain["article_ids"] != looked["article_ids"]).any()
    channels = b",".join(looked["channels"][0]).decode()
    assert "bought_together" in channels
    assert "same_product" in channels
    assert "bought_together" not in b",".join(plain["channels"][0]).decode()


def test_recent_articles_beyond_the_limit_are_ignored(exact):
    many = [article_id(i % ARTICLES) for i in range(80)]
    found = exact.recommend(["unknown"], recent=[many])
    wanted = exact.recommend(["unknown"], recent=[many[:50]])
    np.testing.assert_array_equal(found["article_ids"], wanted["article_ids"])


def test_excluded_articles_are_not_recommended(exact):
    customers = [customer_id(i) for i in range(10)]
    first = exact.recommend(customers)["article_ids"]
    again = exact.recommend(customers, exclude=first.tolist(), k=12)["article_ids"]
    for before, after in zip(first, again, strict=True):
        assert not set(before) & set(after) - {b""}
    everything = [[article_id(i) for i in range(ARTICLES)]] * 10
    nothing = exact.recommend(customers, exclude=everything)
    assert (nothing["article_ids"] == b"").all()
    assert (nothing["scores"] == 0).all()
    assert (nothing["channels"] == b"").all()


def test_a_given_age_selects_the_popular_articles_of_its_segment(exact):
    state = exact.offline.state
    popular = state.popular_rows.numpy()
    for age, segment in ((22.9, 1), (23.0, 2), (54.0, 5), (55.0, 6), (80.0, 6)):
        answer = exact.recommend(["unknown"], age=[age], k=20)
        named = {
            row
            for row, channels in zip(answer["article_ids"][0], answer["channels"][0], strict=True)
            if b"popular_in_segment" in channels
        }
        best = {article_id(row).encode() for row in popular[segment][:6] if row < ARTICLES}
        assert named <= best
        assert named


def test_an_invalid_age_is_ignored(exact):
    wanted = exact.recommend([customer_id(0)])
    for age in (float("nan"), -1.0, 0.0, float("inf")):
        found = exact.recommend([customer_id(0)], age=[age])
        np.testing.assert_array_equal(found["article_ids"], wanted["article_ids"])


def test_given_attributes_override_stored_attributes(exact):
    known = exact.recommend([customer_id(0)], k=20)
    given = exact.recommend([customer_id(0)], age=[70.0], club=["PRE-CREATE"], k=20)
    assert (known["scores"] != given["scores"]).any()


def test_similar_articles_are_alike_in_picture_text_and_behaviour(exact, tiny):
    """The score is the mean of the three cosines by their weights; without a picture, that cosine is 0."""
    ids = [article_id(i) for i in range(ARTICLES)]
    answer = exact.similar(ids, k=5)
    content = read_content(tiny.vectors, pa.array(ids))
    embeddings = exact.ask("article_embedding", article_id=ids)["embedding"]
    cosines = np.zeros((ARTICLES, ARTICLES))
    weights = AlikeConfig(picture=0.2, text=0.5, behaviour=0.3)
    for weight, vectors in (
        (weights.picture, content["picture"].vectors),
        (weights.text, content["text"].vectors),
        (weights.behaviour, embeddings),
    ):
        lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        unit = np.divide(vectors, lengths, out=np.zeros(vectors.shape), where=lengths > 0)
        cosines += weight * unit @ unit.T  # exact, as the index is asked for more articles than there are
    np.fill_diagonal(cosines, -np.inf)
    wanted = np.sort(cosines, axis=1)[:, ::-1][:, :5]
    np.testing.assert_allclose(answer["scores"], wanted, atol=1e-5)
    for own, others in zip(ids, answer["article_ids"], strict=True):
        assert own.encode() not in others
        assert len(set(others)) == 5


@pytest.mark.parametrize("excluded", [1, 12, 17, 18, 24, 29, 30])
def test_similar_articles_are_full_while_allowed_articles_exist(served, excluded):
    ids = [article_id(i) for i in range(ARTICLES)]
    plain = served.similar(ids, k=ARTICLES - 1)["article_ids"]
    for gone in (ids[:excluded], ids[ARTICLES - excluded :]):
        answer = served.similar(ids, exclude=[["unknown", *gone, ""]] * ARTICLES, k=12)
        for own, others, found in zip(ids, plain, answer["article_ids"], strict=True):
            wanted = [other for other in others if other.decode() not in gone][:12]
            assert [article for article in found if article] == wanted, own


@pytest.mark.parametrize("excluded", [0, 12, 18, 28, 30])
def test_a_served_answer_is_full_while_allowed_articles_exist(served, excluded):
    customers = [customer_id(0), customer_id(20), customer_id(47), "unknown"]
    gone = [article_id(i) for i in range(excluded)]
    answer = served.recommend(customers, exclude=[["unknown", *gone]] * 4)["article_ids"]
    for found in answer:
        real = {article.decode() for article in found if article}
        assert len(real) == (found != b"").sum() == min(12, ARTICLES - excluded)
        assert not real & set(gone)


@pytest.mark.parametrize("k", [1, 12])
def test_a_look_has_k_articles_of_another_group_without_variants_and_exclusions(served, k):
    """The tiny shop has two garment groups, and three articles of each product in both."""
    ids, rows = [article_id(i) for i in range(ARTICLES)], raw_articles()
    groups = {row["article_id"]: row["garment_group_name"] for row in rows}
    gone = ids[::4]
    answer = served.complete(
        ids, customers=[customer_id(i % 3) for i in range(ARTICLES)], exclude=[gone] * ARTICLES, k=k
    )
    assert answer["article_ids"].shape == answer["scores"].shape == (ARTICLES, 4, k)
    for own, names, found in zip(ids, answer["groups"], answer["article_ids"], strict=True):
        (name,) = filter(None, names)
        assert {groups[own], name.decode()} == {"Jersey", "Knitwear"}
        real = {article.decode() for article in found.ravel() if article}
        assert {groups[article] for article in real} == {name.decode()}
        assert not real & set(gone)
        assert own[:7] not in {article[:7] for article in real}
        sold = [i for i in ids[:-2] if groups[i] == name.decode() and i[:7] != own[:7] and i not in gone]
        assert len(real) >= min(k, len(sold) - 4)  # a few were not sold in the last four weeks


def test_a_look_refuses_customers_of_another_batch_size(exact):
    with pytest.raises(tf.errors.InvalidArgumentError, match="customer_id must have an entry"):
        exact.complete([article_id(0), article_id(1)], customers=[customer_id(0)])


def test_describe_articles_returns_the_texts_of_the_catalogue(exact):
    rows = raw_articles()
    answer = exact.ask("describe_articles", article_id=[row["article_id"] for row in rows])
    assert set(answer) == set(DESCRIBED)
    for name in DESCRIBED:
        assert [text.decode() for text in answer[name]] == [row[name] or "" for row in rows]


def test_article_outlook_returns_the_forecasts_of_the_state(exact, tiny):
    table = pq.read_table(state_folder(tiny.states, tiny.calendar.end) / "article_outlook.parquet")
    answer = exact.ask("article_outlook", article_id=[article_id(i) for i in range(ARTICLES)])
    assert set(answer) == {"sold_probability", "expected_units", "lifetime_weeks"}
    for name, values in answer.items():
        assert values.dtype == np.float32
        np.testing.assert_array_equal(values, table[name].to_numpy())
    assert exact.ask("article_outlook", article_id=np.array([], object))["expected_units"].shape == (0,)


def test_customer_needs_are_the_most_probable_product_types(exact):
    customers = [customer_id(0), customer_id(20), "unknown"]
    answer = exact.ask("customer_needs", customer_id=customers, k=5)
    names = [[name.decode() for name in row] for row in answer["product_types"]]
    assert [sorted(row[:3]) for row in names] == [["Coat", "Trousers", "Vest top"]] * 3
    assert [row[3:] for row in names] == [["", ""]] * 3
    assert (answer["probabilities"][:, 3:] == 0).all()
    real = answer["probabilities"][:, :3]
    assert ((real > 0) & (real < 1)).all()
    assert (np.diff(real, axis=1) <= 0).all()
    again = exact.ask("customer_needs", customer_id=customers, k=2)
    np.testing.assert_array_equal(again["product_types"], answer["product_types"][:, :2])


def test_judge_returns_all_rankings(exact):
    example = tf.train.Example()
    example.features.feature["customer_id"].bytes_list.value[:] = [b"c000"]
    answer = exact.ask("judge", examples=[example.SerializeToString()] * 3)
    assert answer["rankings"].shape == (3, len(RANKINGS), 12)


def test_the_answer_names_the_candidate_channels(exact):
    answer = exact.ask("serving_default", customer_id=[customer_id(i) for i in range(46)])
    known = set(CHANNELS)
    named = {name for channels in answer["channels"].ravel() for name in channels.decode().split(",")}
    assert named <= known
    assert "own_purchases" in named
