"""The articles that may be proposed to each customer of a batch; channels apply it before they take their best."""

import tensorflow as tf

from models.recommender import ops


class Allowed:
    """All articles of the catalogue except those excluded for the customer.

    Stores the excluded articles as lists; a mask would be `[batch, articles]`.

    Args:
        excluded: `[batch, m]` int32 article rows in any order, repeated or not, padded.
        pad: int32 scalar, the number of articles.
    """

    def __init__(self, excluded: tf.Tensor, pad: tf.Tensor):
        self.excluded = excluded
        self.pad = pad

    @property
    def width(self) -> tf.Tensor:
        """int32 scalar: upper bound of the number of excluded articles of a customer."""
        return tf.shape(self.excluded)[1]

    def of(self, rows: tf.Tensor) -> tf.Tensor:
        """Whether each of `rows` `[batch, n]` int32 is a real article that is allowed: bool, same shape."""
        flat = tf.reshape(self.of_keys(ops.keys(rows)), tf.shape(rows))
        return tf.logical_and(flat, rows < self.pad)

    def of_keys(self, keys: tf.Tensor) -> tf.Tensor:
        """Whether each of `keys` `[total]` int64, as `ops.Flat.keys`, is allowed: `[total]` bool."""
        (here, there), count = ops.numbered(keys, ops.keys(self.excluded))
        found = tf.math.unsorted_segment_sum(tf.ones_like(there), there, count)
        return tf.gather(found, here) == 0

    def keep(self, rows: tf.Tensor, k: int | tf.Tensor) -> tf.Tensor:
        """The first k allowed articles of each list `[batch, n]` int32, in order: `[batch, k]`, padded."""
        return ops.first(tf.where(self.of(rows), rows, self.pad), k, self.pad)

    def also_without(self, rows: tf.Tensor) -> "Allowed":
        """A copy that also excludes `rows` `[batch, n]` int32, padded."""
        return Allowed(tf.concat([self.excluded, rows], 1), self.pad)


def any_excluded(excluded: tf.Tensor, pad: tf.Tensor) -> tf.Tensor:
    """Bool scalar: whether `excluded` `[batch, m]` int32 holds more than padding."""
    return tf.reduce_any(excluded < pad)
