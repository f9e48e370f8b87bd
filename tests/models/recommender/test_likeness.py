"""Likeness by attributes and words, and the rise of sales, against figures worked out by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from models.recommender.channels import trending
from models.recommender.likeness import SIMILAR, similar_tables
from models.recommender.state import ARTICLE_NUMBERS
from models.retrieval.entities import ArticleTable
from tests.tiny_shop import ARTICLES, CUSTOMERS

ON_SALE = ARTICLE_NUMBERS.index("sales_28d")


def catalogue(categories, words):
    """Articles by their attributes and words; behind them the article that is not known."""
    missing = [[-1] * len(row) for row in (categories[0], words[0])]
    ids = np.arange(len(categories) + 1, dtype=np.int32)
    return ArticleTable(ids, np.array([*categories, missing[0]], np.int32), np.array([*words, missing[1]], np.int32))


def sold(*counts):
    numbers = np.zeros((len(counts) + 1, len(ARTICLE_NUMBERS)), np.float32)
    numbers[:-1, ON_SALE] = counts
    return numbers


# Thirty articles that have nothing in common but attribute 0 of the first kind, so that what two share is rare.
OTHERS = 27
CATEGORIES = [[0, 7], [0, 7], [0, -1], *([0, 100 + i] for i in range(OTHERS))]
WORDS = [[3, 5], [5, -1], [3, -1], *([50 + i, -1] for i in range(OTHERS))]


def test_similar_are_the_largest_cosines_of_what_is_rare_in_common():
    found = similar_tables(catalogue(CATEGORIES, WORDS), sold(*[1] * 30))
    # What all have in common counts nothing; all else that two share is in two of thirty.
    # 0 has attribute 7 and words 3 and 5, each worth log(30 / 2); 1 shares 7 and 5, 2 shares 3 alone.
    assert found["similar_rows"][0, :3].tolist() == [1, 2, 30]
    np.testing.assert_allclose(found["similar_scores"][0, :3], [2 / math.sqrt(3 * 2), 1 / math.sqrt(3), 0], rtol=1e-6)
    assert found["similar_rows"][1, :2].tolist() == [0, 30]
    assert found["similar_rows"][2, :2].tolist() == [0, 30]
    assert found["similar_rows"].shape == (31, SIMILAR)
    assert (found["similar_rows"][3:] == 30).all()
    assert (found["similar_scores"][3:] == 0).all()


def test_what_is_rarer_counts_more():
    words = [[1, 2], [1, -1], [2, -1], [2, -1], *([50 + i, -1] for i in range(OTHERS))]
    found = similar_tables(catalogue([[-1]] * 31, words), sold(*[1] * 31))
    rare, less = math.log(31 / 2), math.log(31 / 3)
    length = math.sqrt(rare**2 + less**2)
    assert found["similar_rows"][0, :4].tolist() == [1, 2, 3, 31]
    np.testing.assert_allclose(found["similar_scores"][0, :3], [rare / length, less / length, less / length], rtol=1e-6)


def test_only_what_sold_lately_is_proposed_also_to_what_did_not():
    found = similar_tables(catalogue(CATEGORIES, WORDS), sold(0, 1, 0, *[1] * OTHERS))
    assert found["similar_rows"][0, :2].tolist() == [1, 30]
    assert found["similar_rows"][1, 0] == 30
    assert found["similar_rows"][2, 0] == 30


def test_where_nothing_sold_nothing_is_like_anything():
    found = similar_tables(catalogue(CATEGORIES, WORDS), sold(*[0] * 30))
    assert (found["similar_rows"] == 30).all()
    assert (found["similar_scores"] == 0).all()


def test_an_attribute_and_a_word_of_the_same_number_are_not_the_same():
    words = [[-1], [7], *([50 + i] for i in range(OTHERS))]
    found = similar_tables(catalogue([[7], *[[-1]] * (OTHERS + 1)], words), sold(*[1] * (OTHERS + 2)))
    assert (found["similar_scores"] == 0).all()


def test_trending_ranks_by_the_rise_in_standard_deviations(recommender, monkeypatch):
    numbers = np.zeros((ARTICLES + 1, len(ARTICLE_NUMBERS)), np.float32)
    now, before = (ARTICLE_NUMBERS.index(name) for name in ("sales_7d", "sales_previous_7d"))
    numbers[2, [now, before]] = 10, 6  # 4 / sqrt(16)
    numbers[5, [now, before]] = 9, 0  # 9 / sqrt(9)
    numbers[7, [now, before]] = 30, 34  # fell
    monkeypatch.setattr(recommender.state, "article_numbers", tf.constant(numbers))
    rows, scores = trending.propose(recommender.query(tf.constant([0, CUSTOMERS])), 3, recommender.index)
    for customer in range(2):
        assert rows[customer, :2].numpy().tolist() == [5, 2]
        assert scores[customer].numpy().tolist() == pytest.approx([3.0, 1.0, 0.0])
