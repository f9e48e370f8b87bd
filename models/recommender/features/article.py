"""Features of the candidate alone: how it sells."""

import tensorflow as tf

from models.recommender.features.registry import Registry

feature = Registry()


@feature
def article_sales(pairs):
    return tf.math.log1p(pairs.article("sales"))


@feature
def article_customers(pairs):
    return tf.math.log1p(pairs.article("customers"))


@feature
def article_sales_1d(pairs):
    return tf.math.log1p(pairs.article("sales_1d"))


@feature
def article_sales_3d(pairs):
    return tf.math.log1p(pairs.article("sales_3d"))


@feature
def article_sales_7d(pairs):
    return tf.math.log1p(pairs.article("sales_7d"))


@feature
def article_sales_28d(pairs):
    return tf.math.log1p(pairs.article("sales_28d"))


@feature
def article_sales_90d(pairs):
    return tf.math.log1p(pairs.article("sales_90d"))


@feature
def article_customers_7d(pairs):
    return tf.math.log1p(pairs.article("customers_7d"))


@feature
def article_customers_30d(pairs):
    return tf.math.log1p(pairs.article("customers_30d"))


@feature
def article_trend(pairs):
    """Log ratio of the last week's sales to those of the week before, +1 each."""
    return tf.math.log1p(pairs.article("sales_7d")) - tf.math.log1p(pairs.article("sales_previous_7d"))


@feature
def article_month_trend(pairs):
    """Log ratio of the last week's sales to a quarter of the last 28 days', +1 each."""
    return tf.math.log1p(pairs.article("sales_7d")) - tf.math.log1p(pairs.article("sales_28d") / 4)


@feature
def article_lines_per_customer(pairs):
    """How often those who bought it bought it: a repeat purchase article is above 1."""
    return tf.math.divide_no_nan(pairs.article("lines"), pairs.article("customers"))


@feature
def article_units_per_line(pairs):
    return tf.math.log1p(tf.math.divide_no_nan(pairs.article("sales"), pairs.article("lines")))


@feature
def article_age_days(pairs):
    return tf.math.log1p(pairs.days_since(pairs.article("first_day")))


@feature
def article_days_since_sale(pairs):
    return tf.math.log1p(pairs.days_since(pairs.article("last_day")))


@feature
def article_mean_price(pairs):
    return tf.math.log(pairs.article("mean_price") + 1e-4)
