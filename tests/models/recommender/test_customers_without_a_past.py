"""Customers without a purchase or a viewed article get popular articles, in an order worked out in Python."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tests.tiny_shop import ARTICLES, CUSTOMERS, article_row, purchases

UNKNOWN = tf.constant([CUSTOMERS])
ALL_ARTICLES = tf.range(ARTICLES)[None, :]


def scored_by_network(recommender, query, rows):
    return recommender.ranker(recommender.features(query, rows)).numpy()


@pytest.fixture(scope="module")
def expected(recommender, tiny):
    """Scores of all articles for the unknown customer, `[articles]`."""
    end = tiny.calendar.end
    buyers = {days: [set() for _ in range(ARTICLES)] for days in (7, 30)}
    for day, customer, article, _ in purchases():
        for days, of_article in buyers.items():
            if end - days <= day < end:
                of_article[article_row(article)].add(customer)
    query, towers = recommender.query(UNKNOWN), recommender.inputs.embeddings.numpy()
    by_towers = towers[:ARTICLES] @ query.embeddings.numpy()[0]
    counts = zip(buyers[7], buyers[30], by_towers, strict=True)
    return np.array([math.log(1 + len(week) + 0.01 * len(month)) + 0.1 * score for week, month, score in counts])


def test_the_score_is_the_logarithm_of_the_buyers_and_a_tenth_of_the_towers(recommender, expected):
    found = recommender.scores(recommender.query(UNKNOWN), ALL_ARTICLES).numpy()[0]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_an_unknown_customer_gets_the_best_of_these_scores(recommender, expected):
    answer = recommender.recommend(recommender.query(UNKNOWN), 5)
    candidates = recommender.candidates(recommender.query(UNKNOWN)).article_rows.numpy()[0]
    best = sorted(candidates[candidates < ARTICLES], key=lambda row: -expected[row])
    np.testing.assert_array_equal(answer.article_rows[0], best[:5])


def test_a_viewed_article_is_a_past_and_padding_is_none(recommender, expected):
    viewed = recommender.query(UNKNOWN, viewed_rows=tf.constant([[3, ARTICLES]]))
    found = recommender.scores(viewed, ALL_ARTICLES)
    np.testing.assert_allclose(found, scored_by_network(recommender, viewed, ALL_ARTICLES), rtol=1e-5)
    padding = recommender.query(UNKNOWN, viewed_rows=tf.constant([[ARTICLES, ARTICLES]]))
    np.testing.assert_allclose(recommender.scores(padding, ALL_ARTICLES)[0], expected, rtol=1e-5, atol=1e-6)


def test_padding_among_the_candidates_is_last(recommender):
    scores = recommender.scores(recommender.query(UNKNOWN), tf.constant([[0, ARTICLES]])).numpy()[0]
    assert scores[1] < -1e29


def test_customers_with_a_purchase_get_the_scores_of_the_network(recommender):
    rows = tf.tile(ALL_ARTICLES, [CUSTOMERS, 1])
    query = recommender.query(tf.range(CUSTOMERS))
    has_past = (query.history_rows.numpy() < ARTICLES).any(axis=1)
    assert has_past.any()
    scores, of_network = recommender.scores(query, rows).numpy(), scored_by_network(recommender, query, rows)
    np.testing.assert_allclose(scores[has_past], of_network[has_past], rtol=1e-5)
