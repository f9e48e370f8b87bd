"""Content similarity, and the increase of purchases, compared with values worked out by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from models.recommender.channels import trending
from models.recommender.content_similarity import NUM_SIMILAR, similar_tables
from models.recommender.state import ARTICLE_NUMBERS
from models.retrieval.entities import ArticleTable
from tests.tiny_shop import ARTICLES, CUSTOMERS

ON_SALE = ARTICLE_NUMBERS.index("purchases_28d")


def article_features(categories, words):
    """Returns a table of articles with attributes and words; the unknown article is last."""
    missing = [[-1] * len(row) for row in (categories[0], words[0])]
    ids = np.arange(len(categories) + 1, dtype=np.int32)
    tables = ([*categories, missing[0]], [*words, missing[1]])
    return ArticleTable(ids, *(np.array(table, np.int32) for table in tables), np.zeros((len(ids), 0), np.float32))


def sold(*counts):
    numbers = np.zeros((len(counts) + 1, len(ARTICLE_NUMBERS)), np.float32)
    numbers[:-1, ON_SALE] = counts
    return numbers


# Thirty articles share attribute 0 of the first kind only, so terms that two of them share are rare.
OTHERS = 27
CATEGORIES = [[0, 7], [0, 7], [0, -1], *([0, 100 + i] for i in range(OTHERS))]
WORDS = [[3, 5], [5, -1], [3, -1], *([50 + i, -1] for i in range(OTHERS))]


def test_similar_articles_have_the_largest_cosines_of_rare_terms():
    found = similar_tables(article_features(CATEGORIES, WORDS), sold(*[1] * 30))
    # The term of all articles has weight 0; every other shared term is in two of thirty articles.
    # 0 has attribute 7 and words 3 and 5, each worth log(30 / 2); 1 shares 7 and 5, 2 shares 3 alone.
    assert found["similar_rows"][0, :3].tolist() == [1, 2, 30]
    np.testing.assert_allclose(found["similar_scores"][0, :3], [2 / math.sqrt(3 * 2), 1 / math.sqrt(3), 0], rtol=1e-6)
    assert found["similar_rows"][1, :2].tolist() == [0, 30]
    assert found["similar_rows"][2, :2].tolist() == [0, 30]
    assert found["similar_rows"].shape == (31, NUM_SIMILAR)
    assert (found["similar_rows"][3:] == 30).all()
    assert (found["similar_scores"][3:] == 0).all()


def test_rarer_terms_have_more_weight():
    words = [[1, 2], [1, -1], [2, -1], [2, -1], *([50 + i, -1] for i in range(OTHERS))]
    found = similar_tables(article_features([[-1]] * 31, words), sold(*[1] * 31))
    rare, less = math.log(31 / 2), math.log(31 / 3)
    length = math.sqrt(rare**2 + less**2)
    assert found["similar_rows"][0, :4].tolist() == [1, 2, 3, 31]
    np.testing.assert_allclose(found["similar_scores"][0, :3], [rare / length, less / length, less / length], rtol=1e-6)


def test_only_recently_bought_articles_are_proposed():
    found = similar_tables(article_features(CATEGORIES, WORDS), sold(0, 1, 0, *[1] * OTHERS))
    assert found["similar_rows"][0, :2].tolist() == [1, 30]
    assert found["similar_rows"][1, 0] == 30
    assert found["similar_rows"][2, 0] == 30


def test_without_purchases_there_are_no_similar_articles():
    found = similar_tables(article_features(CATEGORIES, WORDS), sold(*[0] * 30))
    assert (found["similar_rows"] == 30).all()
    assert (found["similar_scores"] == 0).all()


def test_an_attribute_and_a_word_with_the_same_index_are_different_terms():
    words = [[-1], [7], *([50 + i] for i in range(OTHERS))]
    found = similar_tables(article_features([[7], *[[-1]] * (OTHERS + 1)], words), sold(*[1] * (OTHERS + 2)))
    assert (found["similar_scores"] == 0).all()


def test_trending_ranks_by_the_increase_in_standard_deviations(recommender, monkeypatch):
    numbers = np.zeros((ARTICLES + 1, len(ARTICLE_NUMBERS)), np.float32)
    now, before = (ARTICLE_NUMBERS.index(name) for name in ("purchases_7d", "purchases_previous_7d"))
    numbers[2, [now, before]] = 10, 6  # 4 / sqrt(16)
    numbers[5, [now, before]] = 9, 0  # 9 / sqrt(9)
    numbers[7, [now, before]] = 30, 34  # decreased
    monkeypatch.setattr(recommender.state, "article_numbers", tf.constant(numbers))
    rows, scores = trending.propose(recommender.query(tf.constant([0, CUSTOMERS])), 3, recommender.index)
    for customer in range(2):
        assert rows[customer, :2].numpy().tolist() == [5, 2]
        assert scores[customer].numpy().tolist() == pytest.approx([3.0, 1.0, 0.0])
