"""Popular in the customer's age segment; the overall list where the age is unknown."""

import tensorflow as tf


def propose(query, size, search):
    """The segment's list `[batch, n]` and the number of its customers who bought."""
    rows = tf.gather(query.state.popular_rows, query.segments)
    return rows, tf.gather(query.state.popular_scores, query.segments)
