"""Features of the pair: the customer's past purchases in relation to the article. Counts and days are log1p."""

import tensorflow as tf

from models.recommender.features.registry import Registry
from models.recommender.reasons.codes import (
    BOUGHT_BEFORE,
    BOUGHT_TOGETHER,
    LIKE_BOUGHT,
    NEW_IN_DEPARTMENT,
    OTHER_COLOUR,
)

feature = Registry()
own, together, variant, likeness = (
    feature.of(group) for group in (BOUGHT_BEFORE, BOUGHT_TOGETHER, OTHER_COLOUR, LIKE_BOUGHT)
)
department = feature.of(LIKE_BOUGHT, NEW_IN_DEPARTMENT)


@likeness
def tower_score(pairs):
    return pairs.tower_score


@own
def own_days_bought(pairs):
    return tf.math.log1p(pairs.own("days_bought"))


@own
def own_bought_before(pairs):
    return tf.cast(pairs.own("days_bought") > 0, tf.float32)


@own
def own_units(pairs):
    return tf.math.log1p(pairs.own("units"))


@own
def own_strength(pairs):
    return tf.math.log1p(10.0 * pairs.own("strength"))


@own
def own_days_since_last(pairs):
    return tf.math.log1p(pairs.days_since(pairs.own("last_day")))


@own
def own_days_since_first(pairs):
    return tf.math.log1p(pairs.days_since(pairs.own("first_day")))


@own
def own_share_of_baskets(pairs):
    """Number of baskets with the article over the number of all baskets of the customer."""
    return tf.math.divide_no_nan(pairs.own("days_bought"), pairs.customer("baskets"))


@own
def own_rhythm(pairs):
    """log1p of the days since the last purchase over the mean gap between purchases; 0 if bought once or never."""
    bought = pairs.own("days_bought")
    last, first = pairs.own("last_day"), pairs.own("first_day")
    gap = tf.math.divide_no_nan(last - first, bought - 1.0)
    since = pairs.days_since(last, never=0.0)
    return tf.where(bought > 1.5, tf.math.log1p(since / tf.maximum(gap, 1.0)), 0.0)


@own
def own_in_last_basket(pairs):
    """1 if the article was in the customer's latest basket, else 0."""
    last = pairs.own("last_day")
    return tf.cast(tf.logical_and(last >= 0, last >= pairs.customer("last_day")), tf.float32)


@together
def together_basket(pairs):
    return tf.math.log1p(10.0 * pairs.neighbour_score("together_basket"))


@together
def together_month(pairs):
    return tf.math.log1p(10.0 * pairs.neighbour_score("together_month"))


@together
def next_basket(pairs):
    return pairs.neighbour_score("next_basket")


@variant
def same_product(pairs):
    return tf.math.log1p(pairs.neighbour_score("same_product"))


@variant
def share_of_product(pairs):
    return pairs.group_share("product_code")


@likeness
def share_of_product_type(pairs):
    return pairs.group_share("product_type_name")


@department
def share_of_department(pairs):
    return pairs.group_share("department_name")


@likeness
def share_of_garment_group(pairs):
    return pairs.group_share("garment_group_name")


@likeness
def share_of_colour(pairs):
    return pairs.group_share("colour_group_name")


@likeness
def share_of_section(pairs):
    return pairs.group_share("section_name")


@feature
def price_ratio(pairs):
    """Log ratio of the article's mean price to the customer's."""
    ratio = tf.math.log(pairs.article("mean_price") + 1e-4) - tf.math.log(pairs.customer("mean_price") + 1e-4)
    return tf.where(pairs.customer("units") > 0, ratio, 0.0)
