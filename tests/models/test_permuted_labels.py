"""No weight or state that builds a list depends on the week that labels it.

The tests permute the purchases of a list week. Candidates and features of that week's lists, built from the state of
its first day and the towers trained before it, must not change.
"""

import numpy as np
import pytest
import tensorflow as tf

from models.recommender.builder import RecommenderBuilder
from models.retrieval.snapshot import snapshot_name
from tests import tiny_shop
from tests.tiny_shop import CUSTOMERS, LABEL_DAYS
from tests.tiny_training import RECOMMENDER, read_data, train_towers, with_purchases

WEEK = 1  # index of the list week


def permuted(purchases, first, seed=0):
    """Permutes days, customers, articles and prices of the week from `first`."""
    draw = np.random.default_rng(seed)
    week = [purchase for purchase in purchases if first <= purchase[0] < first + LABEL_DAYS]
    others = [purchase for purchase in purchases if not first <= purchase[0] < first + LABEL_DAYS]
    days, customers, articles, prices = (draw.permutation(np.array(column)) for column in zip(*week, strict=True))
    dealt = [(int(d), str(c), str(a), float(p)) for d, c, a, p in zip(days, customers, articles, prices, strict=True)]
    assert sorted(dealt) != sorted(week)
    return sorted(others + dealt)


@pytest.fixture(scope="module")
def lists(tiny, transformed, trained, tmp_path_factory):
    """Returns a function that computes candidates and features of a list week after permuting the week from `first`."""
    day = tiny.calendar.list_days[WEEK]

    def computed(states, towers):
        builder = RecommenderBuilder(RECOMMENDER, states, transformed / "graph")
        recommender = builder.build(day, towers / snapshot_name(WEEK))
        query = recommender.query(tf.range(CUSTOMERS + 1))
        rows = recommender.candidates(query).article_rows
        return rows.numpy(), recommender.features(query, rows).numpy()

    def make(first=None):
        if first is None:
            return computed(tiny.states, trained / "towers")
        root = tmp_path_factory.mktemp("permuted")
        place = tiny_shop.build(root, permuted(tiny_shop.purchases(), first))
        assert place.calendar == tiny.calendar
        train_towers(with_purchases(read_data(transformed), place, transformed), root)
        return computed(place.states, root / "towers")

    return make


def test_permuting_the_labels_of_a_week_does_not_change_its_lists(lists, tiny):
    rows, features = lists()
    again, recomputed = lists(tiny.calendar.list_days[WEEK])
    np.testing.assert_array_equal(again, rows)
    np.testing.assert_allclose(recomputed, features, atol=1e-6)


def test_permuting_the_week_before_changes_the_lists(lists, tiny):
    rows, features = lists()
    again, recomputed = lists(tiny.calendar.list_days[WEEK - 1])
    assert (again != rows).any()
    assert (recomputed != features).any()
