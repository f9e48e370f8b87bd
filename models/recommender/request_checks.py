"""Checks of requests in the graph. A server answers a failed one with INVALID_ARGUMENT and its message."""

import tensorflow as tf


def require_k_in_range(k: tf.Tensor, at_most: int) -> tf.Operation:
    """Checks that k lies in [1, at_most]."""
    return tf.debugging.Assert(tf.logical_and(k >= 1, k <= at_most), [f"k must lie in [1, {at_most}]. Received:", k])


def require_one_row_per_id(ids: tf.Tensor, **inputs: tf.Tensor) -> list[tf.Operation]:
    """Checks that inputs have a row for each id; with other shapes, rows would apply to other customers.

    Args:
        ids: `[batch]` string.
        **inputs: `[batch, n]` each, by name.
    """
    batch, checks = tf.shape(ids)[0], []
    for name, values in inputs.items():
        rows = tf.shape(values)[0]
        what = [f"{name} must have a row for each of", batch, "ids. Received rows:", rows]
        checks.append(tf.debugging.Assert(tf.equal(rows, batch), what))
    return checks


def require_one_each(customer_ids: tf.Tensor, article_ids: tf.Tensor) -> tf.Operation:
    """Checks that there is a customer for each article; "" stands for none."""
    customers, articles = tf.shape(customer_ids)[0], tf.shape(article_ids)[0]
    what = ['customer_id must have an entry, "" for none, for each of', articles, "articles. Received:", customers]
    return tf.debugging.Assert(tf.equal(customers, articles), what)
