"""Both kinds of index over random unit vectors."""

import numpy as np
import pytest
import tensorflow as tf

from models.retrieval.config import ScannConfig
from models.retrieval.index import ExactIndex, ScannIndex, build_index, recall_against_exact
from transforms.errors import ConfigError


def unit(rows, dim=16, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS, QUERIES = unit(3000), unit(64, seed=1)


def test_exact_search_sorts_the_inner_products():
    rows, scores = ExactIndex(VECTORS)(tf.constant(QUERIES), 20)
    products = QUERIES @ VECTORS.T
    wanted = np.argsort(-products, axis=1, kind="stable")[:, :20]
    np.testing.assert_array_equal(rows, wanted)
    np.testing.assert_allclose(scores, np.take_along_axis(products, wanted, axis=1), atol=1e-6)


def test_scann_finds_nine_in_ten():
    found = build_index("scann", VECTORS, 60)
    assert recall_against_exact(found, ExactIndex(VECTORS), QUERIES, 60) >= 0.9


def test_recall_against_exact_is_the_mean_share():
    class Half:
        def __call__(self, queries, k):
            rows, scores = ExactIndex(VECTORS)(queries, k)
            return tf.concat([rows[:, : k // 2], tf.fill([tf.shape(rows)[0], k - k // 2], 2999)], 1), scores

    assert recall_against_exact(Half(), ExactIndex(VECTORS[:2999]), QUERIES, 10) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("kind", ["exact", "scann"])
@pytest.mark.parametrize("k", [5, 12])
def test_results_are_padded_if_there_are_fewer_articles_than_k(kind, k):
    rows, scores = build_index(kind, VECTORS[:7], k)(tf.constant(QUERIES), k)
    assert rows.shape == scores.shape == (64, k)
    rows, scores = rows.numpy(), scores.numpy()
    assert (rows[:, 7:] == 7).all()
    assert (scores[:, 7:] == 0).all()
    assert all(len(set(row[:7])) == min(k, 7) for row in rows)
    np.testing.assert_array_equal(rows[:, 0], np.argmax(QUERIES @ VECTORS[:7].T, axis=1))


@pytest.fixture(scope="module")
def clustered():
    """Clustered vectors, like learned embeddings, enough for a tree; and queries near some of them."""
    draw = np.random.default_rng(2)
    centres = unit(300, seed=3)
    vectors = centres[draw.integers(0, 300, 20_500)] + 0.15 * draw.normal(size=(20_500, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, vectors[::200] + 0.05 * draw.normal(size=(103, 16)).astype(np.float32)


@pytest.mark.parametrize("k", [60, 200])
def test_the_tree_finds_97_in_100_of_clustered_embeddings(clustered, k):
    vectors, queries = clustered
    assert recall_against_exact(ScannIndex(vectors, k), ExactIndex(vectors), queries, k) >= 0.97


@pytest.mark.parametrize("settings", [{"searched_share": 0.01}, {"leaves": 4000, "searched_share": 0.0005}])
def test_the_tree_is_searched_in_part(clustered, settings):
    vectors, queries = clustered
    index = ScannIndex(vectors, 60, ScannConfig.from_tree(settings))
    assert recall_against_exact(index, ExactIndex(vectors), queries, 60) < 0.9


def test_where_few_leaves_are_searched_the_rest_of_an_answer_is_padding(clustered):
    """Two leaves of 4,000 have about ten of 20,500 articles; a leaf may have none."""
    vectors, queries = clustered
    index = ScannIndex(vectors, 60, ScannConfig(leaves=4000, searched_share=0.0005))
    rows, scores = (each.numpy() for each in index(tf.constant(queries), 60))
    assert rows.shape == scores.shape == (103, 60)
    padding = rows == len(vectors)
    assert 1 < (~padding).sum() / len(queries) < 30
    assert (np.diff(padding.astype(int), axis=1) >= 0).all(), "padding is at the end"
    assert (scores[padding] == 0).all()
    expected = np.einsum("qd,qkd->qk", queries, vectors[np.where(padding, 0, rows)])
    np.testing.assert_allclose(scores[~padding], expected[~padding], rtol=1e-4)


def test_a_catalogue_below_the_size_of_a_tree_is_searched_whole(clustered):
    vectors, queries = clustered
    config = ScannConfig(tree_from_articles=30_000, searched_share=0.01)
    assert recall_against_exact(ScannIndex(vectors, 60, config), ExactIndex(vectors), queries, 60) > 0.999


def test_more_leaves_than_articles_to_place_them_by_are_refused():
    with pytest.raises(ConfigError, match=r"leaves must be at most training_sample, 1000.* Received: 2000"):
        ScannConfig.from_tree({"leaves": 2000, "training_sample": 1000}, "recommender.scann")


def test_k_above_that_of_scann_is_refused():
    found = ScannIndex(VECTORS, 10)
    assert found(tf.constant(QUERIES), 10)[0].shape == (64, 10)
    with pytest.raises(ValueError, match=r"k must be at most .* built for, 10\. Received: k = 11"):
        found(tf.constant(QUERIES), 11)


def test_scann_works_in_a_graph_with_known_shapes():
    found = ScannIndex(VECTORS, 60)
    function = tf.function(lambda queries: found(queries, 60), input_signature=[tf.TensorSpec([None, 16])])
    rows, _ = function.get_concrete_function().structured_outputs
    assert rows.shape.as_list() == [None, 60]
    assert function(QUERIES[:1])[0].shape == (1, 60)


def test_an_unknown_kind_of_index_is_refused():
    with pytest.raises(ValueError, match=r"kind must be 'exact' or 'scann'\. Received: kind = 'annoy'"):
        build_index("annoy", VECTORS, 3)


@pytest.mark.parametrize("kind", ["exact", "scann"])
@pytest.mark.parametrize("articles", [7, 3000])
def test_zero_queries_give_zero_results(kind, articles):
    found = build_index(kind, VECTORS[:articles], 12)
    rows, scores = tf.function(lambda queries: found(queries, 12))(tf.zeros([0, 16]))
    assert rows.shape == scores.shape == (0, 12)
