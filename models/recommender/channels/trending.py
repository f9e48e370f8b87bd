"""Trending: what sold more in the last week than in the week before. Off by default."""

import tensorflow as tf

from models.recommender.state import ARTICLE_NUMBERS


def propose(query, size, search):
    """The same list for all `[batch, n]`, with the rise of sales in standard deviations.

    Sales of two weeks are taken for Poisson counts a and b: where nothing changed, (a - b) / sqrt(a + b) has about the
    normal distribution (Przyborowski and Wilenski, Homogeneity of results in testing samples from Poisson series,
    Biometrika 1940).
    """
    numbers = query.state.article_numbers[:-1]
    now, before = (numbers[:, ARTICLE_NUMBERS.index(name)] for name in ("sales_7d", "sales_previous_7d"))
    rise = tf.math.divide_no_nan(now - before, tf.sqrt(now + before))
    wanted = size if query.allowed is None else size + query.allowed.width
    scores, rows = tf.math.top_k(rise, tf.minimum(wanted, query.state.articles))
    batch = tf.shape(query.customers)[0]
    return tf.tile(rows[None, :], [batch, 1]), tf.tile(scores[None, :], [batch, 1])
