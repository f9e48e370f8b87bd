"""Features of style: whether the candidate looks and reads like what the customer bought."""

import tensorflow as tf

from models.recommender.features.registry import Registry
from models.recommender.reasons.codes import LIKE_BOUGHT

feature = Registry()
likeness = feature.of(LIKE_BOUGHT)
ALIKE = 0.7  # articles with a larger cosine count as alike


@likeness
def picture_style(pairs):
    """Cosine of the candidate's picture and the customer's style."""
    return pairs.style("picture")


@likeness
def text_style(pairs):
    """Cosine of the candidate's text and the customer's style."""
    return pairs.style("text")


@likeness
def picture_share_alike(pairs):
    """Share of the customer's purchases whose picture is like the candidate's."""
    return _share_alike(pairs, "picture")


@likeness
def text_share_alike(pairs):
    """Share of the customer's purchases whose text is like the candidate's."""
    return _share_alike(pairs, "text")


def _share_alike(pairs, kind):
    alike = tf.cast(pairs.likeness(kind) > ALIKE, tf.float32)
    return tf.einsum("bs,bsc->bc", pairs.query.seed_shares, alike)
