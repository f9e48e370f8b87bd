"""Figures at several k, worked out by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.quality.time_split.figures import figures, sampled_figures
from benchmarks.quality.time_split.queries import Queries


def asked(customers, bought):
    nothing = [set() for _ in customers]
    return Queries(np.arange(len(customers), dtype=np.int32), np.array(customers), nothing, bought)


def test_precision_recall_and_ndcg_are_of_the_first_k():
    # Hits in places 2, 6 and 11; four articles were bought.
    lists = [[20, 1, 21, 22, 23, 2, 24, 25, 26, 27, 3, 28]]
    found = figures(lists, asked([7], [{1, 2, 3, 99}]))

    def gain(*places):
        return sum(1 / math.log2(place + 1) for place in places)

    ideal = gain(1, 2, 3, 4)
    assert found == {
        "precision_at_5": [pytest.approx(1 / 5)],
        "precision_at_10": [pytest.approx(2 / 10)],
        "precision_at_12": [pytest.approx(3 / 12)],
        "recall_at_5": [pytest.approx(1 / 4)],
        "recall_at_10": [pytest.approx(2 / 4)],
        "recall_at_12": [pytest.approx(3 / 4)],
        "ndcg_at_5": [pytest.approx(gain(2) / ideal, abs=1e-6)],
        "ndcg_at_10": [pytest.approx(gain(2, 6) / ideal, abs=1e-6)],
        "ndcg_at_12": [pytest.approx(gain(2, 6, 11) / ideal, abs=1e-6)],
    }


def test_a_customers_queries_are_averaged():
    found = figures([[1], [2], [3]], asked([4, 4, 6], [{1}, {9}, {3, 9}]))
    assert found["recall_at_5"] == [0.5, 0.5]
    assert found["precision_at_5"] == [0.1, 0.2]


class Fixed:
    """A model of one query; the score of an article is given."""

    SCORES = tf.constant([2.0, -1.0, 1.0, -3.0])

    class settings:  # noqa: N801
        negatives_per_positive = 50

    def __init__(self, ranker):
        self.ranker = ranker

    def embed(self, batch):
        return tf.ones([len(batch), 1]), None

    def embed_rows(self, rows):
        return tf.gather(self.SCORES, rows)[:, None]

    def rank(self, query, candidates):
        return query * candidates[:, :, 0]


@pytest.mark.parametrize("ranker", [None, True])
def test_purchases_are_separated_from_random_articles(ranker):
    # Bought: articles 0 (score 2) and 1 (-1). Article 1 is drawn as well and left out, so all others have the score 1.
    found = sampled_figures(Fixed(ranker), lambda positions: positions, asked([0], [{0, 1}]), np.array([1, 2]), 0)
    assert found["auc"] == 0.5
    if ranker is None:
        assert set(found) == {"auc"}
    else:
        assert 0 < found["negatives"] < 100
        assert found["precision"] == 1 / (1 + found["negatives"])
        assert found["recall"] == 0.5
