"""Limits how many variants of a product, and how many articles of a product type, an answer has.

Articles beyond a limit are not removed but come after all others, so an answer is as full as without limits.
"""

from __future__ import annotations

import tensorflow as tf

from models.recommender import ops


def varied(scores: tf.Tensor, limits: list[tuple[tf.Tensor, int]]) -> tf.Tensor:
    """Orders candidates: by score, those within all limits first.

    A limit counts the better candidates of the same group that are within the limits before it.

    Args:
        scores: `[batch, n]` float32; `ops.MASKED_SCORE` for padding.
        limits: of each limit the groups of the candidates, `[batch, n]` int32, negative for none, and the maximum
            number of a group.

    Returns:
        `[batch, n]` float32 values in the wanted order, largest first; `ops.MASKED_SCORE` for padding.
    """
    count = tf.shape(scores)[1]
    _, order = tf.math.top_k(scores, count)
    within = tf.gather(scores > ops.MASKED_SCORE, order, batch_dims=1)
    earlier = tf.range(count)[None, :] < tf.range(count)[:, None]
    for groups, most in limits:
        groups = tf.gather(groups, order, batch_dims=1)
        same = tf.logical_and(groups[:, :, None] == groups[:, None, :], (groups >= 0)[:, :, None])
        better = tf.logical_and(tf.logical_and(same, earlier), within[:, None, :])
        within = tf.logical_and(within, tf.math.count_nonzero(better, axis=2) < most)
    places = tf.cast(count - tf.range(count), tf.float32)[None, :]
    values = places + tf.where(within, tf.cast(count, tf.float32), 0.0)
    values = tf.gather(values, tf.argsort(order, axis=1), batch_dims=1)
    return tf.where(scores > ops.MASKED_SCORE, values, ops.MASKED_SCORE)
