"""The rules of a request: articles that it excludes, and conditions on the attributes of articles."""

from __future__ import annotations

import dataclasses

import tensorflow as tf

from models.recommender.conditions import Conditions


@dataclasses.dataclass(frozen=True)
class Rules:
    """The rules of a batch of requests.

    Attributes:
        excluded_rows: `[batch, m]` int32 article rows that must not be answered, padded.
        conditions: conditions on attributes, or None.
    """

    excluded_rows: tf.Tensor
    conditions: Conditions | None = None

    def any(self, pad: tf.Tensor) -> tf.Tensor:
        """Returns a bool scalar: whether a rule restricts an answer of the batch.

        Args:
            pad: int32 scalar, the number of articles.
        """
        excluded = tf.reduce_any(self.excluded_rows < pad)
        return excluded if self.conditions is None else tf.logical_or(excluded, self.conditions.any)

    def but(self, excluded_rows: tf.Tensor) -> Rules:
        """Returns these rules with further exclusions, `[batch, n]` int32, padded."""
        return dataclasses.replace(self, excluded_rows=tf.concat([excluded_rows, self.excluded_rows], 1))
