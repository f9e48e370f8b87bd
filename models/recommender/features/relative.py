"""Relative features: the value of a candidate compared with the customer's other candidates."""

import tensorflow as tf

RANKED = (
    "tower_score",
    "own_strength",
    "own_lift_4w",
    "own_order_rate_lift_4w",
    "own_days_since_last",
    "together_basket",
    "next_basket",
    "together_month",
    "article_purchases_7d",
    "article_purchases_28d",
    "share_of_product_type",
)


def standardise_in_list(values: tf.Tensor, real: tf.Tensor) -> tf.Tensor:
    """Standardises values within each list: (x - mean) / (deviation + 1e-3).

    Args:
        values: `[batch, candidates]` float32.
        real: `[batch, candidates]` bool, False for padding.

    Returns:
        `[batch, candidates]` float32.
    """
    weight = tf.cast(real, tf.float32)
    count = tf.maximum(tf.reduce_sum(weight, 1, keepdims=True), 1.0)
    mean = tf.reduce_sum(values * weight, 1, keepdims=True) / count
    variance = tf.reduce_sum(weight * tf.square(values - mean), 1, keepdims=True) / count
    return (values - mean) / (tf.sqrt(variance) + 1e-3)
