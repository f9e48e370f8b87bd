"""Limits on variants and types re-order candidates; worked out by hand, and against a greedy choice."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.recommender.ops import MASKED_SCORE
from models.recommender.variety import varied


def order(scores, *limits):
    """The positions of one customer's candidates in the wanted order, without padding."""
    given = [(tf.constant([groups], tf.int32), most) for groups, most in limits]
    values = varied(tf.constant([scores], tf.float32), given).numpy()[0]
    real = [place for place in range(len(scores)) if scores[place] > MASKED_SCORE]
    assert (values[real] > MASKED_SCORE).all()
    assert (np.delete(values, real) == MASKED_SCORE).all()
    return sorted(real, key=lambda place: -values[place])


@pytest.mark.parametrize(
    ("most", "wanted"),
    [(1, [0, 2, 4, 1, 3]), (2, [0, 1, 2, 4, 3]), (3, [0, 1, 2, 3, 4])],
)
def test_articles_beyond_the_limit_come_after_all_others(most, wanted):
    assert order([5.0, 4.0, 3.0, 2.0, 1.0], ([7, 7, 8, 7, -1], most)) == wanted


def test_articles_without_a_group_are_not_limited():
    assert order([3.0, 2.0, 1.0], ([-1, -1, -1], 1)) == [0, 1, 2]


def test_padding_stays_padding():
    assert order([MASKED_SCORE, 1.0, 2.0, MASKED_SCORE], ([4, 4, 4, 4], 1)) == [2, 1]


def test_what_the_first_limit_drops_does_not_count_for_the_second():
    """Two variants of one product, then two others of the type: the second variant leaves its place to the third."""
    products, types = [1, 1, 2, 3], [9, 9, 9, 9]
    assert order([4.0, 3.0, 2.0, 1.0], (products, 1), (types, 2)) == [0, 2, 1, 3]


def greedy(scores, products, types, variants, of_type):
    """Takes articles by score while their product and type have room; the others follow."""
    taken, left = [], []
    for place in sorted(range(len(scores)), key=lambda place: -scores[place]):
        room = sum(products[other] == products[place] for other in taken) < variants
        room = room and sum(types[other] == types[place] for other in taken) < of_type
        (taken if room else left).append(place)
    return taken + left


@settings(max_examples=50)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(1, 3), st.integers(1, 4), st.randoms())
def test_the_order_is_that_of_a_greedy_choice(products, variants, of_type, random):
    types = [product // 2 for product in products]  # a product has one type
    scores = random.sample(range(100), len(products))
    found = order([float(score) for score in scores], (products, variants), (types, of_type))
    assert found == greedy(scores, products, types, variants, of_type)
