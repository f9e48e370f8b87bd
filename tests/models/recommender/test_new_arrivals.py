"""New arrivals, worked out by hand from ten purchases.

On day 100 the first sale of A was 60 days ago, of B 2 days and of C 11 days; nobody bought D. u bought A and B, v A and
C; x bought nothing. A and D look the same, B and C look the same; B and D are of one department.
"""

import numpy as np
import pytest
import tensorflow as tf

from components.features.config import FeaturesConfig
from models.recommender.arrivals import arrival_tables, best_with_slots
from models.recommender.channels import new_arrivals
from models.recommender.ops import MASKED_SCORE
from models.recommender.query import Query
from models.recommender.rules import Rules
from models.recommender.state import State, load_tables
from tests.ten_purchases import ARTICLES, AS_OF, CUSTOMERS, PURCHASES
from tests.tiny_shop import write_states, write_tables

U, V, W, X, UNKNOWN = range(5)
A, B, C, D, PAD = range(5)
LOOKS = np.array([[1, 0], [0, 1], [0, 1], [1, 0], [0, 0]], np.float32)
# With a half-life of 10 days the strengths of v's purchases of A, 30 days ago, and C, 5 days ago, are 1/8 and
# 1 / sqrt(2).
SEEDS_OF_V = np.sqrt([0.125, 0.5**0.5])
STYLE_OF_V = SEEDS_OF_V / np.linalg.norm(SEEDS_OF_V)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    root = tmp_path_factory.mktemp("state")
    departments = ("Trousers", "Tops", "Trousers", "Tops")
    articles = [{**row, "department_name": name} for row, name in zip(ARTICLES, departments, strict=True)]
    write_tables(root / "tables", articles, CUSTOMERS, PURCHASES)
    write_states(root / "tables", root / "states", [AS_OF], FeaturesConfig(half_life_days=10.0))
    tables = load_tables(root / "states", AS_OF)
    return tables | {"style_picture": LOOKS, "style_text": np.zeros((5, 0), np.float32)}


def state_of(tables, days):
    return State(tables | arrival_tables(tables["article_numbers"], AS_OF, days))


def proposed(state, customers, size=4, excluded=None, **request):
    query = Query(state, tf.constant(customers), tf.zeros([len(customers), 2]), history_length=10, **request)
    if excluded is not None:
        query = query.restricted(Rules(tf.constant([[excluded]] * len(customers))))
    rows, scores = (tensor.numpy() for tensor in new_arrivals.propose(query, size, None))
    return [
        {int(row): score for row, score in zip(*pair, strict=True) if score > 0}
        for pair in zip(rows, scores, strict=True)
    ]


@pytest.mark.parametrize(("days", "rows"), [(0, [D]), (5, [B, D]), (11, [B, C, D]), (60, [A, B, C, D])])
def test_articles_are_new_for_some_days_after_their_first_sale_and_before_it(tables, days, rows):
    found = arrival_tables(tables["article_numbers"], AS_OF, days)
    assert found["arrival_rows"].tolist() == rows
    assert np.flatnonzero(found["is_arrival"]).tolist() == rows


def test_the_latest_launches_stay_if_there_are_too_many(tables, monkeypatch):
    monkeypatch.setattr("models.recommender.arrivals.MAX_ARRIVALS", 2)
    assert arrival_tables(tables["article_numbers"], AS_OF, 60)["arrival_rows"].tolist() == [B, C]


def test_an_article_that_nobody_bought_is_proposed_for_its_look_and_department(tables):
    (v,) = proposed(state_of(tables, 5), [V])
    # v buys from Trousers alone, so neither new arrival has a share of the department.
    assert v == pytest.approx({B: 1 + STYLE_OF_V[1], D: 1 + STYLE_OF_V[0]}, rel=1e-4)


def test_departments_count_as_their_share_of_the_strength(tables):
    strength = {A: 1 / 64 + 0.5**0.1, B: 0.5**0.1}
    style = np.sqrt([strength[A], strength[B]])
    style /= np.linalg.norm(style)
    tops = strength[B] / sum(strength.values())
    (u,) = proposed(state_of(tables, 5), [U])
    assert u == pytest.approx({B: 1 + style[1] + tops, D: 1 + style[0] + tops}, rel=1e-4)


def test_customers_of_whom_nothing_is_known_get_none(tables):
    assert proposed(state_of(tables, 5), [X, UNKNOWN]) == [{}, {}]


def test_a_shop_without_new_arrivals_has_no_proposals(tables):
    none = {"arrival_rows": np.zeros(0, np.int32), "is_arrival": np.zeros(5, bool)}
    assert proposed(State(tables | none), [U, V]) == [{}, {}]


def test_a_viewed_article_gives_an_unknown_customer_a_style(tables):
    (found,) = proposed(state_of(tables, 5), [UNKNOWN], viewed_rows=tf.constant([[A]]))
    assert found == pytest.approx({B: 1.0, D: 2.0}, rel=1e-4)


def test_the_next_best_take_the_place_of_excluded_articles(tables):
    (found,) = proposed(state_of(tables, 5), [V], size=1, excluded=B)
    assert list(found) == [D]


def test_slots_are_filled_with_the_best_new_arrivals_in_the_order_of_the_scores():
    scores = tf.constant([[9.0, 8.0, 7.0, 3.0, 2.0], [1.0, 8.0, 9.0, 3.0, MASKED_SCORE]])
    is_arrival = tf.constant([[False, False, False, True, True], [True, False, True, False, True]])
    best, position = best_with_slots(scores, is_arrival, 2, 3)
    assert position.numpy().tolist() == [[0, 3, 4], [2, 1, 0]]
    assert best.numpy().tolist() == [[9, 3, 2], [9, 8, 1]]


def test_fewer_slots_are_filled_if_there_are_fewer_new_arrivals_or_places():
    scores = tf.constant([[9.0, 8.0, 7.0]])
    one = tf.constant([[False, False, True]])
    assert best_with_slots(scores, one, 2, 2)[1].numpy().tolist() == [[0, 2]]
    assert best_with_slots(scores, tf.constant([[False] * 3]), 2, 2)[1].numpy().tolist() == [[0, 1]]
    assert best_with_slots(scores, one, 5, tf.constant(1))[1].numpy().tolist() == [[2]]
