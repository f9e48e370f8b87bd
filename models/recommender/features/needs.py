"""Features of need: how likely the customer buys from the candidate's group in the next week, whatever the article."""

import tensorflow as tf

from models.recommender.features.registry import Registry
from models.recommender.reasons.codes import LIKE_BOUGHT

feature = Registry()
likeness = feature.of(LIKE_BOUGHT)


@likeness
def need(pairs):
    """Log probability that the customer buys from the candidate's product type, plus 0.0001."""
    return tf.math.log(pairs.need("product_type_name") + 1e-4)


@likeness
def need_garment_group(pairs):
    """Log probability that the customer buys from the candidate's garment group, plus 0.0001."""
    return tf.math.log(pairs.need("garment_group_name") + 1e-4)
