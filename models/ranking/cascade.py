"""Scores candidates in two passes: one small network scores all, the other networks only its best.

Most candidates are far from the first places, and one network is enough to tell. The networks take half of the time of
an answer. See Wang, Lin and Metzler, A cascade ranking model for efficient ranked retrieval, SIGIR 2011, and
docs/decisions/0071-a-cascade-of-networks.md.
"""

import tensorflow as tf

from models.ranking.network import RankingNetwork

RESCORED = 48
"""Candidates that all networks score. `make quality-variety` compares MAP@12 with that of a full scoring."""


def cascade_scores(
    network: RankingNetwork, features: tf.Tensor, real: tf.Tensor, best: tf.Tensor | int = RESCORED
) -> tf.Tensor:
    """Scores the candidates of lists.

    The best candidates have the mean of all networks, as in `RankingNetwork.call`. All others follow below them in the
    order of the first network.

    Args:
        network: network that scores.
        features: `[batch, candidates, features]` float32, not standardised.
        real: `[batch, candidates]` bool, false for padding.
        best: number of candidates of each list that all networks score.

    Returns:
        `[batch, candidates]` float32; meaningless for padding.
    """
    batch, candidates = tf.unstack(tf.shape(features)[:2])
    width = features.shape[2]
    standard = network.standardise(features)
    first_network, *others = network.scorers
    first = tf.reshape(first_network(tf.reshape(standard, [-1, width])), [batch, candidates])
    if not others:
        return first
    best = tf.minimum(best, candidates)
    _, position = tf.math.top_k(tf.where(real, first, first.dtype.min), best)
    chosen = tf.reshape(tf.gather(standard, position, batch_dims=1), [-1, width])
    of_first = tf.gather(first, position, batch_dims=1)
    of_others = tf.reshape(tf.add_n([scorer(chosen) for scorer in others]), [batch, best])
    scores = (of_first + of_others) / len(network.scorers)
    # Padding is chosen only if there are fewer candidates than `best`, so that no other follows.
    lowest = tf.reduce_min(
        tf.where(tf.gather(real, position, batch_dims=1), scores, scores.dtype.max), 1, keepdims=True
    )
    rest = tf.minimum(first - of_first[:, -1:], 0.0) + lowest
    owners = tf.repeat(tf.range(batch), best)
    at = tf.stack([owners, tf.reshape(position, [-1])], axis=1)
    return tf.tensor_scatter_nd_update(rest, at, tf.reshape(scores, [-1]))
