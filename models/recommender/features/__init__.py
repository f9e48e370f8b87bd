"""The features of a (customer, candidate) pair: one function each, in files for articles, customers and pairs.

To add a feature, write a function of `Pairs` that returns `[batch, candidates]` or `[batch, 1]` float32, and decorate
it with `@feature`, or with `@feature.of(...)` if it belongs to the features that a reason stands for.
"""

import tensorflow as tf

from models.recommender.features import article, customer, needs, outlook, pair, rebuys, relative, style
from models.recommender.features.pairs import Pairs
from models.recommender.reasons.codes import GROUPS

_FILES = (article, customer, needs, outlook, pair, rebuys, style)
FEATURES = {name: function for file in _FILES for name, function in file.feature.functions.items()}
NAMES = (*FEATURES, *(f"{name}_in_list" for name in relative.RANKED))
REASON_GROUPS = {group: frozenset(name for file in _FILES for name in file.feature.groups[group]) for group in GROUPS}


def is_of_group(name: str, group: str) -> bool:
    """Returns whether a reason stands for a feature, absolute or relative.

    Args:
        name: one of `NAMES`.
        group: one of `reasons.codes.GROUPS`.
    """
    return name.removesuffix("_in_list") in REASON_GROUPS[group]


def compute(pairs: Pairs) -> tf.Tensor:
    """Computes all features of all pairs.

    Args:
        pairs: customers with their candidates.

    Returns:
        `[batch, candidates, len(NAMES)]` float32, finite, not standardised; 0 for padding.
    """
    values = {name: function(pairs) for name, function in FEATURES.items()}
    shape = tf.shape(pairs.article_rows)
    stacked = [tf.broadcast_to(value, shape) for value in values.values()]
    stacked += [relative.standardise_in_list(values[name], pairs.real) for name in relative.RANKED]
    # Stacking in front and transposing takes a third of the time of stacking along the last axis.
    transposed = tf.transpose(tf.stack(stacked), [1, 2, 0])
    return tf.where(pairs.real[:, :, None], transposed, 0.0)
