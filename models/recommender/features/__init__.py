"""The features of a (customer, candidate) pair: one function each, in the file of what it speaks of.

To add a feature, write a function of `Pairs` that returns `[batch, candidates]` float32 and put `@feature` over it.
"""

import tensorflow as tf

from models.recommender.features import article, customer, pair, relative
from models.recommender.features.pairs import Pairs

_FILES = (article, customer, pair)
FEATURES = {name: function for file in _FILES for name, function in file.feature.functions.items()}
NAMES = (*FEATURES, *(f"{name}_in_list" for name in relative.RANKED))


def compute(pairs: Pairs) -> tf.Tensor:
    """All features of all pairs.

    Returns:
        `[batch, candidates, len(NAMES)]` float32, finite, not standardised; 0 for padding.
    """
    values = {name: function(pairs) for name, function in FEATURES.items()}
    shape = tf.shape(pairs.rows)
    stacked = [tf.broadcast_to(value, shape) for value in values.values()]
    stacked += [relative.standing(values[name], pairs.real) for name in relative.RANKED]
    # Stacked in front and turned round: interleaving one number at a time takes three times as long.
    turned = tf.transpose(tf.stack(stacked), [1, 2, 0])
    return tf.where(pairs.real[:, :, None], turned, 0.0)
