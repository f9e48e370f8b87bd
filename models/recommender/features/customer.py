"""Features of the customer alone: how much, how often, how lately."""

import tensorflow as tf

from models.recommender.features.registry import Registry

feature = Registry()


@feature
def customer_purchases(pairs):
    return tf.math.log1p(pairs.customer("purchases"))


@feature
def customer_articles(pairs):
    return tf.math.log1p(pairs.customer("articles"))


@feature
def customer_baskets(pairs):
    return tf.math.log1p(pairs.customer("baskets"))


@feature
def customer_purchases_30d(pairs):
    return tf.math.log1p(pairs.customer("purchases_30d"))


@feature
def customer_basket_size(pairs):
    return tf.math.log1p(tf.math.divide_no_nan(pairs.customer("lines"), pairs.customer("baskets")))


@feature
def customer_repeat_share(pairs):
    """Share of the customer's lines that were not the first of their article."""
    lines = pairs.customer("lines")
    return tf.math.divide_no_nan(lines - pairs.customer("articles"), lines)


@feature
def customer_frequency_days(pairs):
    """Mean days between two baskets, log1p."""
    span = pairs.customer("last_day") - pairs.customer("first_day")
    return tf.math.log1p(tf.math.divide_no_nan(span, pairs.customer("baskets") - 1.0))


@feature
def customer_days_since_purchase(pairs):
    return tf.math.log1p(pairs.days_since(pairs.customer("last_day")))


@feature
def customer_mean_price(pairs):
    return tf.math.log(pairs.customer("mean_price") + 1e-4)
