"""The loss of a batch of four, worked out in NumPy without TFRS."""

import numpy as np
import pytest
import tensorflow as tf

from models.retrieval.model import TwoTowerModel
from tests.tiny_training import RETRIEVAL

CUSTOMERS = [0, 0, 1, 2]
ARTICLES = [1, 2, 1, 3]
SHARES = [0.4, 0.1, 0.4, 0.02]
DRAW = np.random.default_rng(1)
QUERIES = DRAW.normal(size=(4, 8)).astype(np.float32)
CANDIDATES = DRAW.normal(size=(3, 8)).astype(np.float32)[[0, 1, 0, 2]]  # examples 0 and 2 have the same article
# Negatives of each example: 0 and 1 have the same customer, 0 and 2 the same article.
NEGATIVES = {0: [3], 1: [2, 3], 2: [1, 3], 3: [0, 1, 2]}


class Fixed(TwoTowerModel):
    """The model with given embeddings."""

    def embed_shared(self, batch):
        return tf.constant(QUERIES), tf.constant(CANDIDATES)


class Settings:
    """Towers with settings only."""

    def __init__(self, config):
        self.config = config


def by_hand(correction, temperature):
    scores = QUERIES @ CANDIDATES.T / temperature
    if correction:
        scores = scores - np.log(np.array(SHARES))
    losses = []
    for i, others in NEGATIVES.items():
        among = scores[i, [i, *others]]
        losses.append(np.log(np.exp(among - scores[i, i]).sum()))
    return np.mean(losses)


@pytest.mark.parametrize("correction", [True, False])
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_other_purchases_of_the_customer_and_the_same_article_are_not_negatives(correction, temperature):
    config = RETRIEVAL.replace(sampling_correction=correction, temperature=temperature)
    model = Fixed(Settings(config))
    inputs = {
        "customer_rows": tf.constant(CUSTOMERS),
        "article_rows": tf.constant(ARTICLES),
        "sampling_probability": tf.constant(SHARES),
    }
    # The loss is the same in eager mode and in a graph.
    eager = float(model.compute_loss(inputs))
    graph = float(tf.function(model.compute_loss, autograph=False)(inputs))
    assert eager == pytest.approx(by_hand(correction, temperature), rel=1e-5)
    assert graph == pytest.approx(eager, rel=1e-6)
