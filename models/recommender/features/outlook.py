"""Features of the candidate's outlook: its forecast sales in the next week and its remaining lifetime."""

import tensorflow as tf

from models.recommender.features.registry import Registry
from models.recommender.reasons.codes import POPULAR_NOW

feature = Registry()
popular = feature.of(POPULAR_NOW)


@popular
def outlook_sold_probability(pairs):
    return pairs.outlook("sold_probability")


@popular
def outlook_expected_units(pairs):
    return tf.math.log1p(pairs.outlook("expected_units"))


@feature
def outlook_lifetime_weeks(pairs):
    return tf.math.log1p(pairs.outlook("lifetime_weeks"))
