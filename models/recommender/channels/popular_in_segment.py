"""Popular in segment: articles bought by most customers of the same age segment; none if the age is unknown."""

import tensorflow as tf


def propose(query, size, search):
    """Returns the popular list of the segment `[batch, n]` and the number of its customers who bought each article."""
    rows = tf.gather(query.state.popular_rows, query.segments)
    scores = tf.gather(query.state.popular_scores, query.segments)
    return rows, tf.where(query.segments[:, None] > 0, scores, 0.0)
