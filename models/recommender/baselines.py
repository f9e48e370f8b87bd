"""Simple recommenders from the same state, which a model must beat."""

import tensorflow as tf

from models.recommender import ops
from models.recommender.query import Query

_LAST_PLACE = 1e6


def popular(query: Query, k: int) -> tf.Tensor:
    """Returns the available articles bought by most customers in the last days, the same for all customers.

    Args:
        query: customers.
        k: number of articles.

    Returns:
        `[batch, k]` int32 article rows, best first, padded.
    """
    rows = tf.tile(query.state.popular_rows[0][None, :], [tf.shape(query.customer_rows)[0], 1])
    if query.allowed is not None:
        return query.allowed.first_k(rows, k)
    return ops.first_k(rows, k, query.pad)


def own_purchases(query: Query, k: int) -> tf.Tensor:
    """Returns the customer's own available articles, most often and then most recently bought first, then popular ones.

    Args:
        query: customers.
        k: number of articles.

    Returns:
        `[batch, k]` int32 article rows, best first, padded.
    """
    order = tf.cast(query.history("days_bought"), tf.float32) * 8192.0 - tf.cast(
        tf.minimum(query.state.as_of - query.history("last_day"), 8191), tf.float32
    )
    scores = order + 8192.0
    if query.allowed is not None:
        scores = tf.where(query.allowed.contains(query.history_rows), scores, 0.0)
    own, _ = ops.top_k(query.history_rows, scores, k, query.pad)
    rows = tf.concat([own, popular(query, 2 * k)], axis=1)
    place = tf.range(3 * k, dtype=tf.float32)[None, :] + tf.zeros_like(rows, tf.float32)
    merged, place = ops.merge_min(rows, place, query.pad)
    place = tf.where(merged < query.pad, place, _LAST_PLACE)
    _, position = tf.math.top_k(-place, k)
    return tf.gather(merged, position, batch_dims=1)
