"""The joint loss, compared with one worked out in NumPy."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.quality.time_split.model import JointModel
from models.retrieval.model import TwoTowerModel
from models.retrieval.stages import gather_examples
from models.retrieval.towers import Towers
from models.retrieval.validation import embed_all_articles

SOLD = np.array([1, 4, 7])
BATCH = np.array([0, 3, 9, 14], np.int32)

# Two customers, two purchases, two random articles for each. Ranker: the inner product.
QUERIES = [[1.0, 0.0], [0.0, 2.0]]
BOUGHT = [[0.5, 0.0], [1.0, 1.0]]
RANDOM = [[[1.0, 5.0], [-1.0, 0.0]], [[3.0, 0.0], [0.0, 0.5]]]


class Fixed(JointModel):
    """The model with given embeddings and random articles, and with the inner product for a ranker."""

    def embed_shared(self, batch):
        return tf.constant(QUERIES), tf.constant(BOUGHT)

    def embed_rows(self, rows):
        assert rows.numpy().tolist() == [5, 6, 7, 8]
        return tf.constant([*RANDOM[0], *RANDOM[1]])

    def draw(self, examples):
        return tf.constant([5, 6, 7, 8]), tf.constant([[0, 1], [2, 3]])

    def rank(self, query, candidates):
        return tf.reduce_sum(query[:, None] * candidates, axis=2)


def built(cls, config, data):
    towers = Towers(config.retrieval, data.sizes)
    towers.build_all()
    return cls(towers, config, data.articles, SOLD)


@pytest.mark.parametrize(("retrieval", "ranking"), [(1.0, 1.0), (1.0, 0.25), (0.5, 2.0)])
def test_the_loss_is_the_weighted_sum_of_softmax_and_cross_entropy(data, config, retrieval, ranking):
    settings = config.replace(
        retrieval_weight=retrieval,
        ranking_weight=ranking,
        negatives_per_positive=2,
        retrieval=config.retrieval.replace(sampling_correction=False),
    )
    batch = {
        "customer_rows": tf.constant([0, 1]),
        "article_rows": tf.constant([5, 6]),
        "sampling_probability": tf.constant([0.5, 0.5]),
        "basket": tf.constant([0, 1]),
    }
    # Scores of both articles: customer 0: 0.5 (bought), 1. Customer 1: 0, 2 (bought).
    softmax = np.mean([np.log(1 + np.exp(1.0 - 0.5)), np.log(1 + np.exp(0.0 - 2.0))])
    # Logits: customer 0: 0.5 for the purchase, 1 and -1 for random articles. Customer 1: 2, and 0 and 1.
    bought = [np.log(1 + np.exp(-logit)) for logit in (0.5, 2.0)]
    others = [np.log(1 + np.exp(logit)) for logit in (1.0, -1.0, 0.0, 1.0)]
    wanted = retrieval * softmax + ranking * np.mean([*bought, *others])
    assert float(built(Fixed, settings, data).compute_loss(batch)) == pytest.approx(wanted, rel=1e-5)


def test_without_ranking_and_time_features_the_loss_is_that_of_the_two_towers(data, config):
    model = built(JointModel, config.replace(ranking_weight=0.0, time_features=False), data)
    batch = gather_examples(data, config.retrieval, BATCH)(BATCH)
    assert float(model.compute_loss(batch)) == float(TwoTowerModel(model.towers).compute_loss(batch))
    assert model.ranker is None


def test_random_articles_are_drawn_from_those_sold_and_embedded_by_the_candidate_tower(data, config):
    model = built(JointModel, config, data)
    model.towers.mark_trained(SOLD)
    rows, choice = (drawn.numpy() for drawn in model.draw(tf.constant(200)))
    assert set(rows) == set(SOLD)
    assert choice.shape == (200, config.negatives_per_positive)
    assert set(choice.ravel()) == set(range(config.negative_pool))
    np.testing.assert_allclose(model.embed_rows(rows), embed_all_articles(model.towers, data.articles)[rows])


def test_the_ranker_reads_query_candidate_and_their_product(data, config):
    model = built(JointModel, config, data)
    draw = np.random.default_rng(2)
    query, candidates = (draw.normal(size=shape).astype(np.float32) for shape in ((3, 8), (3, 5, 8)))
    first, first_bias, gamma, beta, second, second_bias, last, last_bias = model.ranker.get_weights()
    repeated = np.repeat(query[:, None], 5, axis=1)
    hidden = np.maximum(np.concatenate([repeated, candidates, repeated * candidates], axis=2) @ first + first_bias, 0)
    centred = hidden - hidden.mean(axis=2, keepdims=True)
    hidden = gamma * centred / np.sqrt((centred**2).mean(axis=2, keepdims=True) + 1e-3) + beta
    wanted = (np.maximum(hidden @ second + second_bias, 0) @ last + last_bias)[:, :, 0]
    np.testing.assert_allclose(model.rank(query, candidates), wanted, rtol=1e-4, atol=1e-5)
