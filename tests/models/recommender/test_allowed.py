"""Answers have k articles for any exclusions, as long as k articles are allowed."""

import numpy as np
import pytest
import tensorflow as tf

from models.recommender.allowed import AllowedArticles
from models.recommender.candidates import find_candidates
from models.recommender.channels import CHANNELS
from models.recommender.config import ChannelsConfig
from models.recommender.nearest import NearestArticles
from models.recommender.recommender import Recommender
from models.recommender.rules import Rules
from models.retrieval.index import ExactIndex, ScannIndex
from tests.tiny_shop import ARTICLES, CUSTOMERS

ALL_CUSTOMERS = tf.range(CUSTOMERS + 1)


def without(rows):
    """Excludes the same rows for all customers, with padding between them."""
    return Rules(tf.constant([[ARTICLES, *rows, ARTICLES]] * (CUSTOMERS + 1), tf.int32))


def with_channels(recommender, **sizes):
    config = recommender.config.replace(channels=ChannelsConfig(**{**dict.fromkeys(CHANNELS, 0), **sizes}))
    return Recommender(config, recommender.state, recommender.towers, recommender.inputs, recommender.index, None)


@pytest.fixture(scope="module")
def answer(recommender):
    """Returns the rows recommended to all customers, `[customers + 1, k]`, with one graph for all exclusions."""

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([], tf.int32)], autograph=False)
    def recommend(excluded, k):
        return recommender.recommend(recommender.query(ALL_CUSTOMERS), k, Rules(excluded)).article_rows

    return lambda excluded, k=12: recommend(excluded, k).numpy()


@pytest.mark.parametrize("excluded", [0, 1, 12, 17, 18, 19, 25, 29, 30])
@pytest.mark.parametrize("k", [1, 12, 20])
def test_an_answer_is_full_while_allowed_articles_exist(answer, excluded, k):
    for rows in (range(excluded), range(ARTICLES - excluded, ARTICLES)):
        for found in answer(without(rows).excluded_rows, k):
            real = found[found < ARTICLES].tolist()
            assert len(real) == len(set(real)) == min(k, ARTICLES - excluded)
            assert not set(real) & set(rows)


def test_paging_by_exclusion_reaches_every_article(answer):
    seen = np.zeros((CUSTOMERS + 1, 0), np.int32)
    for _ in range(6):
        seen = np.concatenate([seen, answer(tf.constant(seen), 5)], axis=1)
    assert (np.sort(seen, axis=1) == np.arange(ARTICLES)).all()


def test_empty_exclusions_change_nothing(answer, recommender):
    wanted = recommender.recommend(recommender.query(ALL_CUSTOMERS), 12).article_rows.numpy()
    for excluded in (tf.zeros([CUSTOMERS + 1, 0], tf.int32), without([]).excluded_rows):
        np.testing.assert_array_equal(answer(excluded), wanted)


def test_excluding_an_article_that_is_not_a_candidate_changes_nothing(recommender):
    query = recommender.query(ALL_CUSTOMERS)
    plain = recommender.candidates(query)
    for row in range(ARTICLES):
        found = recommender.candidates(query, without([row]))
        others = ~(plain.article_rows.numpy() == row).any(axis=1)
        np.testing.assert_array_equal(found.article_rows.numpy()[others], plain.article_rows.numpy()[others])
        np.testing.assert_array_equal(found.channel_bits.numpy()[others], plain.channel_bits.numpy()[others])


def test_exclusions_apply_to_their_customer_only(recommender):
    query = recommender.query(ALL_CUSTOMERS)
    plain = recommender.candidates(query).article_rows.numpy()
    excluded = np.full((CUSTOMERS + 1, 10), ARTICLES, np.int32)
    excluded[3] = plain[3, :10]
    found = recommender.candidates(query, Rules(tf.constant(excluded))).article_rows.numpy()
    others = np.arange(CUSTOMERS + 1) != 3
    np.testing.assert_array_equal(found[others], plain[others])
    assert not set(found[3]) & set(plain[3, :10])


@pytest.mark.parametrize("name", ["towers", "bought_together", "trending", "popular"])
def test_a_channel_proposes_its_best_allowed_articles(recommender, name):
    """Without the best three, the best five are the fourth to the eighth."""
    query = recommender.query(ALL_CUSTOMERS)
    wide = with_channels(recommender, **{name: 8})
    eight = find_candidates(query, recommender.nearest, wide.config).article_rows.numpy()[:, :8]
    first_three = Rules(tf.constant(eight[:, :3]))
    five = find_candidates(query, recommender.nearest, with_channels(recommender, **{name: 5}).config, first_three)
    np.testing.assert_array_equal(five.article_rows.numpy()[:, :5], eight[:, 3:])


def test_answers_are_filled_up_with_the_most_popular_articles(recommender):
    """If no channel proposes an allowed article, candidates are the most popular articles, then the others."""
    alone = with_channels(recommender, own_purchases=5)
    alone.ranker = recommender.ranker
    unknown = alone.query(tf.constant([CUSTOMERS]))
    popular = recommender.state.popular_rows.numpy()[0]
    popular = popular[popular < ARTICLES].tolist()
    found = alone.recommend(unknown, 4, Rules(tf.constant([popular[:2]]))).article_rows.numpy()[0]
    assert sorted(found) == sorted(popular[2:6])
    everything = alone.recommend(unknown, 20).article_rows.numpy()[0]
    assert set(popular) <= set(everything)
    assert alone.recommend(unknown, 4).channel_bits.numpy().tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("kind", [ExactIndex, lambda vectors: ScannIndex(vectors, 20)], ids=["exact", "scann"])
def test_nearest_allowed_articles_are_exact_if_the_index_finds_too_few(kind):
    draw = np.random.default_rng(7)
    vectors = draw.normal(size=(201, 8)).astype(np.float32)
    vectors[-1] = 0.0
    queries = draw.normal(size=(70, 8)).astype(np.float32)  # more than one chunk
    order = np.argsort(-(queries @ vectors[:-1].T), axis=1, kind="stable")
    excluded = np.full((70, 195), 200, np.int32)
    for customer in range(70):
        excluded[customer, : 2 * customer] = order[customer, : 2 * customer]
    excluded[69, :] = order[69, :195]
    nearest = NearestArticles(kind(vectors[:-1]), tf.Variable(vectors))
    found = nearest.among(AllowedArticles(tf.constant(excluded), tf.constant(200)), tf.constant(queries), 10).numpy()
    for customer in range(69):
        np.testing.assert_array_equal(found[customer], order[customer, 2 * customer : 2 * customer + 10])
    assert found[69].tolist() == [*order[69, 195:], *[200] * 5]
