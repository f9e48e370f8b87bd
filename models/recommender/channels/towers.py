"""Towers: the articles with the embeddings nearest to that of the customer, found with the index."""

import tensorflow as tf


def propose(query, size, search):
    """Returns the `size` nearest articles `[batch, size]`, scored by 1 / rank."""
    if query.allowed is None:
        rows, _ = search(query.embeddings, size)
    else:
        rows = search.among(query.allowed, query.embeddings, size)
    ranks = tf.range(1, size + 1, dtype=tf.float32)[None, :]
    return rows, tf.where(rows < query.pad, 1.0 / ranks, 0.0)
