"""The simple recommenders every model must beat, from the same state."""

import tensorflow as tf

from models.recommender import ops
from models.recommender.query import Query

_BEHIND = 1e6


def popular(query: Query, k: int) -> tf.Tensor:
    """What most customers bought in the last days, the same for all: `[batch, k]` int32."""
    rows = query.state.popular_rows[0][:k]
    rows = tf.pad(rows, [[0, k - tf.shape(rows)[0]]], constant_values=query.pad)
    return tf.tile(rows[None, :], [tf.shape(query.customers)[0], 1])


def own_purchases(query: Query, k: int) -> tf.Tensor:
    """Own purchases, most frequent first (then most recent), filled up with what is popular: `[batch, k]` int32."""
    order = tf.cast(query.history("days_bought"), tf.float32) * 8192.0 - tf.cast(
        tf.minimum(query.state.as_of - query.history("last_day"), 8191), tf.float32
    )
    own, _ = ops.top(query.history_rows, order + 8192.0, k, query.pad)
    ids = tf.concat([own, popular(query, 2 * k)], axis=1)
    standing = tf.range(3 * k, dtype=tf.float32)[None, :] + tf.zeros_like(ids, tf.float32)
    merged, standing = ops.merge_min(ids, standing, query.pad)
    standing = tf.where(merged < query.pad, standing, _BEHIND)
    _, position = tf.math.top_k(-standing, k)
    return tf.gather(merged, position, batch_dims=1)
