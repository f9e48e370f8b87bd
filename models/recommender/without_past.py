"""The order of candidates for customers of whom nothing is known: popular articles, and a little of the towers."""

import tensorflow as tf

from models.recommender.features.pairs import Pairs

TOWER_WEIGHT = 0.1
_OF_30_DAYS = 0.01  # orders articles that nobody bought in the last 7 days


def popularity_scores(pairs: Pairs) -> tf.Tensor:
    """Scores pairs of customers without a past.

    The score is log(1 + buyers of the last 7 days + 0.01 buyers of the last 30 days) + 0.1 of the towers' score. The
    ranking network, which learns from the customers who come back, ranks these candidates worse, and so does a linear
    model that is trained on such customers alone (`docs/decisions/0054-customers-without-a-past.md`).

    Args:
        pairs: customers with their candidates.

    Returns:
        `[batch, candidates]` float32.
    """
    return popularity_part(pairs) + TOWER_WEIGHT * pairs.tower_score


def popularity_part(pairs: Pairs) -> tf.Tensor:
    """Returns the part of `popularity_scores` that does not depend on the towers: `[batch, candidates]` float32."""
    buyers = pairs.article("customers_7d") + _OF_30_DAYS * pairs.article("customers_30d")
    return tf.math.log1p(buyers)
