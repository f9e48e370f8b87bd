"""The cascade ranks its best candidates by all networks, and all others below them by the first network."""

import numpy as np
import pytest
import tensorflow as tf

from models.ranking.cascade import cascade_scores
from models.ranking.network import RankingNetwork

LISTS, CANDIDATES, FEATURES = 3, 20, 4


@pytest.fixture
def network():
    """Three networks with different weights."""
    return RankingNetwork(features=FEATURES, units=8, blocks=1, dropout=0.0, networks=3, seed=3)


@pytest.fixture
def features():
    return np.random.default_rng(2).normal(size=(LISTS, CANDIDATES, FEATURES)).astype(np.float32)


ALL_REAL = np.ones((LISTS, CANDIDATES), bool)


@pytest.mark.parametrize("best", [CANDIDATES, 100])
def test_if_all_candidates_are_among_the_best_the_scores_are_those_of_the_network(network, features, best):
    scores = cascade_scores(network, features, ALL_REAL, best)
    np.testing.assert_allclose(scores, network(features), rtol=1e-5, atol=1e-6)


def test_the_best_of_the_first_network_have_the_mean_and_the_others_follow_in_its_order(network, features):
    best = 5
    scores = cascade_scores(network, features, ALL_REAL, best).numpy()
    first, mean = network.each(features)[0].numpy(), network(features).numpy()
    for of_list, of_first, of_mean in zip(scores, first, mean, strict=True):
        order = np.argsort(-of_first)
        chosen, rest = order[:best], order[best:]
        np.testing.assert_allclose(of_list[chosen], of_mean[chosen], rtol=1e-5)
        assert (np.diff(of_list[rest]) <= 0).all()
        assert of_list[rest].max() <= of_list[chosen].min()


def test_padding_is_never_among_the_best(network, features):
    """The first four candidates of the list are real, the others would be far better."""
    features[0, 4:] = 50.0
    real = ALL_REAL.copy()
    real[0, 4:] = False
    scores = cascade_scores(network, features, real, best=4).numpy()
    np.testing.assert_allclose(scores[0, :4], network(features)[0, :4], rtol=1e-5)


def test_a_list_shorter_than_the_number_of_the_best_is_scored_by_all_networks(network, features):
    real = ALL_REAL.copy()
    real[1, 3:] = False
    scores = cascade_scores(network, features, real, best=tf.constant(10)).numpy()
    np.testing.assert_allclose(scores[1, :3], network(features)[1, :3], rtol=1e-5)


def test_a_single_network_scores_all(features):
    network = RankingNetwork(features=FEATURES, units=8, blocks=1, dropout=0.0, networks=1, seed=3)
    np.testing.assert_allclose(cascade_scores(network, features, ALL_REAL, 5), network(features), rtol=1e-5)
