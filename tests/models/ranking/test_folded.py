"""The folded network gives the scores of the ranking network."""

import numpy as np
import pytest
import tensorflow as tf

from models.ranking.folded import FoldedNetwork
from models.ranking.network import RankingNetwork

PAIRS, FEATURES = 50, 7


@pytest.fixture(params=[(1, 0), (1, 1), (3, 2)], ids=lambda of: f"{of[0]} networks of {of[1]} blocks")
def network(request):
    """A network whose weights are all random, so that no part of a layer is without effect."""
    networks, blocks = request.param
    network = RankingNetwork(features=FEATURES, units=8, blocks=blocks, dropout=0.5, networks=networks, seed=3)
    draw = np.random.default_rng(1)
    network.set_weights([draw.uniform(0.1, 1.0, weight.shape) for weight in network.weights])
    return network


def test_scores_are_those_of_the_ranking_network(network):
    features = np.random.default_rng(2).normal(size=(1, PAIRS, FEATURES)).astype(np.float32)
    folded = FoldedNetwork(network)
    scores = folded(folded.standardise(features[0]))
    np.testing.assert_allclose(scores, network(features)[0], rtol=1e-4)


def test_standardised_features_are_clipped(network):
    folded = FoldedNetwork(network)
    deviation = network.deviation.numpy()
    features = tf.stack([network.mean + 100 * deviation, network.mean - deviation])
    np.testing.assert_allclose(folded.standardise(features), [[8.0] * FEATURES, [-1.0] * FEATURES], rtol=1e-5)


def test_no_pairs_have_no_scores(network):
    assert FoldedNetwork(network)(tf.zeros([0, FEATURES])).shape == (0,)
