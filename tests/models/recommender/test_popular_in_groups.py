"""Popular articles of the customer's departments and sections, worked out by hand from ten purchases.

A and B are tops, C is a shoe, all are basics; D has no department and no section. u bought A and B, v A and C, w A, B
and C, x nothing. The tables are as in `tests/transforms/test_sql.py`.
"""

import numpy as np
import pytest
import tensorflow as tf

from components.features.config import FeaturesConfig
from models.recommender.channels import popular_in_department, popular_in_section
from models.recommender.query import Query
from models.recommender.rules import Rules
from models.recommender.state import State, load_tables
from tests.ten_purchases import ARTICLES, AS_OF, CUSTOMERS, PURCHASES
from tests.tiny_shop import write_states, write_tables

U, V, W, X, UNKNOWN = range(5)
A, B, C, D, PAD = range(5)
TOPS = [(A, 2.003 / 4.005), (B, 2.002 / 4.005)]
BASICS = [(A, 2.003 / 5.007), (B, 2.002 / 5.007), (C, 1.002 / 5.007)]
# With a half-life of 10 days, v's purchases of A, 30 days ago, and of C, 5 days ago, count 1/8 and 1/sqrt(2).
SHOES_OF_V = 0.5**0.5 / (0.5**0.5 + 0.125)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    root = tmp_path_factory.mktemp("state")
    groups = (("Tops", "Basics"), ("Tops", "Basics"), ("Shoes", "Basics"), (None, None))
    articles = [
        {**row, "department_name": department, "section_name": section}
        for row, (department, section) in zip(ARTICLES, groups, strict=True)
    ]
    write_tables(root / "tables", articles, CUSTOMERS, PURCHASES)
    config = FeaturesConfig(half_life_days=10.0, popular_window_days=8, popular_length=12)
    write_states(root / "tables", root / "states", [AS_OF], config)
    return State(load_tables(root / "states", AS_OF))


def proposed(query, channel, size=4):
    rows, scores = (tensor.numpy() for tensor in channel.propose(query, size, None))
    return [
        [(row, score) for row, score in zip(*pair, strict=True) if score > 0] for pair in zip(rows, scores, strict=True)
    ]


def query_of(state, customers, **request):
    return Query(state, tf.constant(customers), tf.zeros([len(customers), 2]), history_length=10, **request)


def assert_near(found, expected):
    assert [row for row, _ in found] == [row for row, _ in expected]
    np.testing.assert_allclose([score for _, score in found], [score for _, score in expected], rtol=1e-4)


def test_departments_weigh_as_their_share_of_the_customers_strength(state):
    u, v, x, unknown = proposed(query_of(state, [U, V, X, UNKNOWN]), popular_in_department)
    assert_near(u, TOPS)
    assert_near(v, [(C, SHOES_OF_V), *((row, (1 - SHOES_OF_V) * share) for row, share in TOPS)])
    assert x == unknown == []


def test_sections_are_those_of_the_age_segment_or_of_all_customers(state):
    u, v, w = proposed(query_of(state, [U, V, W]), popular_in_section)
    assert_near(u, [(A, 0.5), (B, 0.5)])
    assert_near(v, [(C, 1.001 / 1.002), (A, 0.001 / 1.002)])
    assert_near(w, BASICS)  # the age of w is not known


def test_the_segment_of_the_request_replaces_that_of_the_state(state):
    (found,) = proposed(query_of(state, [U], segments=tf.constant([0])), popular_in_section)
    assert_near(found, BASICS)


def test_departments_of_viewed_articles_count_too(state):
    (found,) = proposed(query_of(state, [UNKNOWN], viewed_rows=tf.constant([[C, D, PAD]])), popular_in_department)
    assert_near(found, [(C, 1.0)])


def test_the_next_best_take_the_place_of_excluded_articles(state):
    (found,) = proposed(query_of(state, [V]).restricted(Rules(tf.constant([[C, PAD]]))), popular_in_department, size=1)
    assert_near(found, [(A, (1 - SHOES_OF_V) * TOPS[0][1])])
