"""Losses over lists of candidates."""

import tensorflow as tf

_MASKED = -1e9


def listwise_softmax(labels: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
    """Returns the cross-entropy between the softmax of the scores and the equally weighted positives of each list.

    ListNet's top-one loss with binary relevance (Cao et al., Learning to Rank: From Pairwise Approach to
    Listwise Approach, 2007).

    Args:
        labels: `[batch, candidates]` float32: 1 bought, 0 not, -1 padding.
        scores: `[batch, candidates]` float32.

    Returns:
        `[batch]` float32; 0 for lists without a positive.
    """
    positive = tf.cast(labels > 0, tf.float32)
    log_share = tf.nn.log_softmax(tf.where(labels >= 0, scores, _MASKED), axis=1)
    share = tf.math.divide_no_nan(positive, tf.reduce_sum(positive, 1, keepdims=True))
    return -tf.reduce_sum(share * log_share, axis=1)


def pointwise_sigmoid(labels: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
    """Returns the mean binary cross-entropy of the pairs of each list, without padding.

    Args:
        labels: `[batch, candidates]` float32: 1 bought, 0 not, -1 padding.
        scores: `[batch, candidates]` float32 logits.

    Returns:
        `[batch]` float32.
    """
    real = tf.cast(labels >= 0, tf.float32)
    each = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.maximum(labels, 0.0), logits=scores)
    return tf.math.divide_no_nan(tf.reduce_sum(each * real, 1), tf.reduce_sum(real, 1))
