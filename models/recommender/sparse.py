"""Builds sparse columns, which the transform graph takes as input."""

import tensorflow as tf


def sparse_column(values: tf.Tensor, present: tf.Tensor) -> tf.SparseTensor:
    """Builds a column with one value in rows that are present and none in the others.

    Args:
        values: `[batch]` of any dtype.
        present: `[batch]` bool.

    Returns:
        `[batch, 1]` sparse.
    """
    rows = tf.where(present)
    indices = tf.concat([rows, tf.zeros_like(rows)], axis=1)
    shape = tf.stack([tf.shape(values, tf.int64)[0], 1])
    return tf.SparseTensor(indices, tf.boolean_mask(values, present), shape)
