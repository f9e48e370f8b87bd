"""Popular in the customer's age segment; nothing where the age is unknown, which the overall list is for."""

import tensorflow as tf


def propose(query, size, search):
    """The segment's list `[batch, n]` and the number of its customers who bought."""
    rows = tf.gather(query.state.popular_rows, query.segments)
    scores = tf.gather(query.state.popular_scores, query.segments)
    return rows, tf.where(query.segments[:, None] > 0, scores, 0.0)
