"""One optional value a row as the sparse column the transform graph takes."""

import tensorflow as tf


def sparse_column(values: tf.Tensor, present: tf.Tensor) -> tf.SparseTensor:
    """A column with one value where present and none elsewhere.

    Args:
        values: `[batch]` any dtype.
        present: `[batch]` bool.

    Returns:
        `[batch, 1]` sparse.
    """
    rows = tf.where(present)
    indices = tf.concat([rows, tf.zeros_like(rows)], axis=1)
    shape = tf.stack([tf.shape(values, tf.int64)[0], 1])
    return tf.SparseTensor(indices, tf.boolean_mask(values, present), shape)
