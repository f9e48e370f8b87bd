"""Features of the candidate alone: its purchases, age and price. Counts and days are log1p, prices are log."""

import tensorflow as tf

from models.recommender.features.registry import Registry
from models.recommender.reasons.codes import NEW_IN_DEPARTMENT, POPULAR_NOW

feature = Registry()
popular, newness = feature.of(POPULAR_NOW), feature.of(NEW_IN_DEPARTMENT)


@popular
def article_units(pairs):
    return tf.math.log1p(pairs.article("units"))


@popular
def article_customers(pairs):
    return tf.math.log1p(pairs.article("customers"))


@popular
def article_purchases_1d(pairs):
    return tf.math.log1p(pairs.article("purchases_1d"))


@popular
def article_purchases_3d(pairs):
    return tf.math.log1p(pairs.article("purchases_3d"))


@popular
def article_purchases_7d(pairs):
    return tf.math.log1p(pairs.article("purchases_7d"))


@popular
def article_purchases_28d(pairs):
    return tf.math.log1p(pairs.article("purchases_28d"))


@popular
def article_purchases_90d(pairs):
    return tf.math.log1p(pairs.article("purchases_90d"))


@popular
def article_customers_7d(pairs):
    return tf.math.log1p(pairs.article("customers_7d"))


@popular
def article_customers_30d(pairs):
    return tf.math.log1p(pairs.article("customers_30d"))


@popular
def article_trend(pairs):
    """Log ratio of the last week's purchases to those of the week before, +1 each."""
    return tf.math.log1p(pairs.article("purchases_7d")) - tf.math.log1p(pairs.article("purchases_previous_7d"))


@popular
def article_month_trend(pairs):
    """Log ratio of the last week's purchases to a quarter of those of the last 28 days, +1 each."""
    return tf.math.log1p(pairs.article("purchases_7d")) - tf.math.log1p(pairs.article("purchases_28d") / 4)


@feature
def article_purchases_per_customer(pairs):
    """Mean purchases per buyer; above 1 if customers bought the article again."""
    return tf.math.divide_no_nan(pairs.article("purchases"), pairs.article("customers"))


@feature
def article_units_per_purchase(pairs):
    return tf.math.log1p(tf.math.divide_no_nan(pairs.article("units"), pairs.article("purchases")))


@newness
def article_age_days(pairs):
    return tf.math.log1p(pairs.days_since(pairs.article("first_day")))


@popular
def article_days_since_purchase(pairs):
    return tf.math.log1p(pairs.days_since(pairs.article("last_day")))


@feature
def article_mean_price(pairs):
    return tf.math.log(pairs.article("mean_price") + 1e-4)
