"""Features of the customer alone: number, frequency and recency of purchases. Counts and days are log1p."""

import tensorflow as tf

from models.recommender.features.registry import Registry

feature = Registry()


@feature
def customer_units(pairs):
    return tf.math.log1p(pairs.customer("units"))


@feature
def customer_articles(pairs):
    return tf.math.log1p(pairs.customer("articles"))


@feature
def customer_baskets(pairs):
    return tf.math.log1p(pairs.customer("baskets"))


@feature
def customer_units_30d(pairs):
    return tf.math.log1p(pairs.customer("units_30d"))


@feature
def customer_basket_size(pairs):
    return tf.math.log1p(tf.math.divide_no_nan(pairs.customer("purchases"), pairs.customer("baskets")))


@feature
def customer_repeat_share(pairs):
    """Share of the customer's purchases of an article they had bought before, in [0, 1]."""
    purchases = pairs.customer("purchases")
    return tf.math.divide_no_nan(purchases - pairs.customer("articles"), purchases)


@feature
def customer_frequency_days(pairs):
    """log1p of the mean number of days between two baskets."""
    span = pairs.customer("last_day") - pairs.customer("first_day")
    return tf.math.log1p(tf.math.divide_no_nan(span, pairs.customer("baskets") - 1.0))


@feature
def customer_days_since_purchase(pairs):
    return tf.math.log1p(pairs.days_since(pairs.customer("last_day")))


@feature
def customer_mean_price(pairs):
    return tf.math.log(pairs.customer("mean_price") + 1e-4)
