"""Features of re-buying: whether owners of the candidate buy it again just now, and others for the first time.

Popularity does not see what these see: stock, season and replacement. An owner of an article has a basket with it; the
ownership counts a basket less for each later one (`sql/rebuys.sql`). Lifts and rates are smoothed, and log.
"""

import tensorflow as tf

from models.recommender.features.registry import Registry
from models.recommender.reasons.codes import BOUGHT_BEFORE, POPULAR_NOW
from transforms.features import OWNERSHIP_DECAY

feature = Registry()
own, popular = feature.of(BOUGHT_BEFORE), feature.of(POPULAR_NOW)


def _lift(pairs, weeks, smoothing):
    """Re-buyers over expected re-buyers, each plus the smoothing."""
    observed, expected = (pairs.rebuys(name, weeks) for name in ("rebuyers", "expected_rebuyers"))
    return (observed + smoothing) / (expected + smoothing)


def _rate(pairs, weeks):
    return (pairs.rebuys("rebuyers", weeks) + 0.5) / (pairs.rebuys("owners", weeks) + 10.0)


def _adoption(pairs, weeks):
    others = pairs.rebuys("active_customers", weeks) - pairs.rebuys("owners", weeks)
    return (pairs.rebuys("new_buyers", weeks) + 0.5) / (others + 20.0)


def _order_rate(pairs):
    """The ownership over its largest possible value: the decayed share of the customer's baskets, in [0, 1]."""
    largest = (1.0 - OWNERSHIP_DECAY ** pairs.customer("baskets")) / (1.0 - OWNERSHIP_DECAY)
    return tf.math.divide_no_nan(pairs.own("ownership"), largest)


@own
def rebuy_lift_1w(pairs):
    return tf.math.log(_lift(pairs, 1, 2.0))


@own
def rebuy_lift_4w(pairs):
    return tf.math.log(_lift(pairs, 4, 2.0))


@own
def rebuy_lift_13w(pairs):
    return tf.math.log(_lift(pairs, 13, 4.0))


@own
def rebuy_lift_trend(pairs):
    """Log ratio of the lift of 2 weeks to that of 13."""
    return tf.math.log(_lift(pairs, 2, 2.0)) - tf.math.log(_lift(pairs, 13, 4.0))


@own
def rebuy_rate_1w(pairs):
    return tf.math.log(_rate(pairs, 1))


@own
def rebuy_rate_2w(pairs):
    return tf.math.log(_rate(pairs, 2))


@own
def rebuy_rate_4w(pairs):
    return tf.math.log(_rate(pairs, 4))


@own
def rebuy_rate_13w(pairs):
    return tf.math.log(_rate(pairs, 13))


@popular
def adoption_rate_1w(pairs):
    return tf.math.log(_adoption(pairs, 1))


@popular
def adoption_rate_2w(pairs):
    return tf.math.log(_adoption(pairs, 2))


@popular
def adoption_rate_4w(pairs):
    return tf.math.log(_adoption(pairs, 4))


@popular
def adoption_rate_13w(pairs):
    return tf.math.log(_adoption(pairs, 13))


@own
def ownership(pairs):
    return tf.math.log1p(10.0 * pairs.own("ownership"))


@own
def own_order_rate(pairs):
    """log1p of ten times the decayed share of the customer's baskets that hold the article."""
    return tf.math.log1p(10.0 * _order_rate(pairs))


@own
def own_lift_4w(pairs):
    """log1p of ten times the ownership times the lift of 4 weeks."""
    return tf.math.log1p(10.0 * pairs.own("ownership") * _lift(pairs, 4, 2.0))


@own
def own_lift_13w(pairs):
    return tf.math.log1p(10.0 * pairs.own("ownership") * _lift(pairs, 13, 4.0))


@own
def own_order_rate_lift_4w(pairs):
    return tf.math.log1p(10.0 * _order_rate(pairs) * _lift(pairs, 4, 2.0))
