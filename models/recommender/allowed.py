"""The articles that may be recommended to each customer of a batch. Channels apply it before they take their best."""

import tensorflow as tf

from models.recommender import ops


class AllowedArticles:
    """All articles except those excluded for the customer.

    Exclusions are stored as lists, because a mask would be `[batch, articles]`.

    Args:
        excluded_rows: `[batch, m]` int32 article rows in any order, with or without repetitions, padded.
        pad: int32 scalar, the number of articles.
    """

    def __init__(self, excluded_rows: tf.Tensor, pad: tf.Tensor):
        self.excluded_rows = excluded_rows
        self.pad = pad

    @property
    def max_excluded(self) -> tf.Tensor:
        """int32 scalar: upper bound of the number of excluded articles of a customer."""
        return tf.shape(self.excluded_rows)[1]

    def contains(self, article_rows: tf.Tensor) -> tf.Tensor:
        """Returns whether articles are allowed.

        Args:
            article_rows: `[batch, n]` int32, padded.

        Returns:
            `[batch, n]` bool, false for padding.
        """
        flat = tf.reshape(self.contains_keys(ops.keys(article_rows)), tf.shape(article_rows))
        return tf.logical_and(flat, article_rows < self.pad)

    def contains_keys(self, keys: tf.Tensor) -> tf.Tensor:
        """Returns whether the articles of keys are allowed.

        Args:
            keys: `[total]` int64, as `ops.Flat.keys`.

        Returns:
            `[total]` bool.
        """
        (number, excluded_number), count = ops.dense_numbers(keys, ops.keys(self.excluded_rows))
        times_excluded = tf.math.unsorted_segment_sum(tf.ones_like(excluded_number), excluded_number, count)
        return tf.gather(times_excluded, number) == 0

    def first_k(self, article_rows: tf.Tensor, k: int | tf.Tensor) -> tf.Tensor:
        """Returns the first k allowed articles of each list, in order.

        Args:
            article_rows: `[batch, n]` int32, padded.
            k: number of articles.

        Returns:
            `[batch, k]` int32, padded.
        """
        return ops.first_k(tf.where(self.contains(article_rows), article_rows, self.pad), k, self.pad)


def any_excluded(excluded_rows: tf.Tensor, pad: tf.Tensor) -> tf.Tensor:
    """Returns a bool scalar: whether `excluded_rows`, `[batch, m]` int32, holds more than padding."""
    return tf.reduce_any(excluded_rows < pad)
