"""Trending: articles with more purchases in the last week than in the week before. Off by default."""

import tensorflow as tf

from models.recommender.state import ARTICLE_NUMBERS


def propose(query, size, search):
    """Returns the same list for all customers `[batch, n]`, scored by the increase in standard deviations.

    The purchases a and b of the two weeks are modelled as Poisson counts. If nothing changed, (a - b) / sqrt(a + b) is
    approximately standard normal (Przyborowski and Wilenski, Homogeneity of results in testing samples from Poisson
    series, Biometrika 1940).
    """
    numbers = query.state.article_numbers[:-1]
    now, before = (numbers[:, ARTICLE_NUMBERS.index(name)] for name in ("purchases_7d", "purchases_previous_7d"))
    increase = tf.math.divide_no_nan(now - before, tf.sqrt(now + before))
    if query.allowed is not None:
        rows = query.allowed.first_of(tf.argsort(increase, direction="DESCENDING", stable=True), size)
        return rows, tf.where(rows < query.pad, tf.gather(tf.pad(increase, [[0, 1]]), rows), 0.0)
    scores, rows = tf.math.top_k(increase, min(size, query.state.num_articles))
    batch = tf.shape(query.customer_rows)[0]
    return tf.tile(rows[None, :], [batch, 1]), tf.tile(scores[None, :], [batch, 1])
