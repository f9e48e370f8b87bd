"""Popular: articles bought by most customers in the last days, over all segments."""

import tensorflow as tf


def propose(query, size, search):
    """Returns the popular list of all customers `[batch, n]` and the number of customers who bought each article.

    Of the articles that conditions or the stock allow, it returns the most popular ones, scored by 1 / rank.
    """
    batch = tf.shape(query.customer_rows)[0]
    if query.allowed is not None and query.allowed.is_narrow:
        rows = query.allowed.first_of(query.state.by_popularity, size)
        return rows, tf.where(rows < query.pad, 1.0 / tf.range(1, size + 1, dtype=tf.float32), 0.0)
    rows, scores = query.state.popular_rows[0], query.state.popular_scores[0]
    return tf.tile(rows[None, :], [batch, 1]), tf.tile(scores[None, :], [batch, 1])
