"""The articles that may be recommended to each customer of a batch. Channels apply it before they take their best."""

from __future__ import annotations

import dataclasses

import tensorflow as tf

from models.recommender import ops
from models.recommender.conditions import Conditions

_CUSTOMERS_PER_CHUNK = 32  # of which `[customers, articles]` is held at once


@dataclasses.dataclass(frozen=True)
class AllowedArticles:
    """All articles that are available, meet the conditions and are not excluded for the customer.

    Exclusions are stored as lists, because a mask would be `[batch, articles]`.

    Attributes:
        excluded_rows: `[batch, m]` int32 article rows in any order, with or without repetitions, padded.
        pad: int32 scalar, the number of articles.
        conditions: conditions of the requests, or None.
        available: `[articles + 1]` bool, or None if all articles are available.
    """

    excluded_rows: tf.Tensor
    pad: tf.Tensor
    conditions: Conditions | None = None
    available: tf.Variable | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether few articles may be allowed: there are conditions, or some articles are not available."""
        return self.conditions is not None or self.available is not None

    def but(self, excluded_rows: tf.Tensor, conditions: Conditions | None = None) -> AllowedArticles:
        """Returns these articles without further ones.

        Args:
            excluded_rows: `[batch, n]` int32 article rows, padded.
            conditions: further conditions, or None; there must be none so far.
        """
        assert conditions is None or self.conditions is None, "conditions of a request are given once"
        excluded_rows = tf.concat([self.excluded_rows, excluded_rows], 1)
        return dataclasses.replace(self, excluded_rows=excluded_rows, conditions=conditions or self.conditions)

    def of(self, positions: tf.Tensor) -> AllowedArticles:
        """Returns the articles of the customers at `positions`, `[n]` int32."""
        return dataclasses.replace(
            self,
            excluded_rows=tf.gather(self.excluded_rows, positions),
            conditions=self.conditions.of(positions) if self.conditions else None,
        )

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
        allowed = tf.gather(times_excluded, number) == 0
        if self.available is not None:
            allowed = tf.logical_and(allowed, tf.gather(self.available, ops.items_of(keys)))
        if self.conditions is not None:
            allowed = tf.logical_and(allowed, self.conditions.meets(ops.owners_of(keys), ops.items_of(keys)))
        return allowed

    def mask(self) -> tf.Tensor:
        """Returns whether each article is allowed, `[batch, articles]` bool. Use it for a few customers at once."""
        batch, articles = tf.shape(self.excluded_rows)[0], self.pad
        owners = tf.broadcast_to(tf.range(batch)[:, None], tf.shape(self.excluded_rows))
        excluded = tf.tensor_scatter_nd_update(
            tf.zeros([batch, articles + 1], tf.bool),
            tf.stack([owners, self.excluded_rows], 2),
            tf.ones_like(self.excluded_rows, tf.bool),
        )
        allowed = tf.logical_not(excluded[:, :-1])
        if self.available is not None:
            allowed = tf.logical_and(allowed, self.available[:-1])
        if self.conditions is not None:
            allowed = tf.logical_and(allowed, self.conditions.mask())
        return allowed

    def first_k(self, article_rows: tf.Tensor, k: int | tf.Tensor) -> tf.Tensor:
        """Returns the first k allowed articles of each list, in order.

        Args:
            article_rows: `[batch, n]` int32, padded.
            k: number of articles.

        Returns:
            `[batch, k]` int32, padded.
        """
        return ops.first_k(tf.where(self.contains(article_rows), article_rows, self.pad), k, self.pad)

    def first_of(self, order: tf.Tensor, k: int | tf.Tensor) -> tf.Tensor:
        """Returns the first k allowed articles of an order of all articles that is the same for all customers.

        Args:
            order: `[articles]` int32 article rows, each once.
            k: number of articles.

        Returns:
            `[batch, k]` int32, padded if fewer are allowed.
        """
        count = tf.shape(self.excluded_rows)[0]
        enough = tf.minimum(tf.shape(self.excluded_rows)[1] + k, tf.size(order))  # without conditions
        found = self.first_k(tf.tile(order[None, :enough], [count, 1]), k)
        if not self.is_narrow:
            return found

        def among_all(chunk: AllowedArticles, _) -> tf.Tensor:
            mask = tf.gather(chunk.mask(), order, axis=1)
            return ops.first_k(tf.where(mask, order, self.pad), k, self.pad)

        return self.completed(found, k, among_all)

    def completed(self, found: tf.Tensor, k: int | tf.Tensor, search) -> tf.Tensor:
        """Replaces the lists with fewer than k articles by those of a search.

        The search is called for a few customers at a time, so memory use does not grow with the batch.

        Args:
            found: `[batch, n]` int32 article rows, padded at the end; n is at least k.
            k: number of articles wanted.
            search: function of the allowed articles of some customers and their positions, `[m]` int32, which returns
                `[m, n]` int32 article rows.

        Returns:
            `[batch, n]` int32 article rows.
        """
        incomplete = tf.cast(tf.where(tf.gather(found, k - 1, axis=1) >= self.pad), tf.int32)
        count = tf.shape(incomplete)[0]

        def replaced() -> tf.Tensor:
            chunks = (count + _CUSTOMERS_PER_CHUNK - 1) // _CUSTOMERS_PER_CHUNK
            size = (count + chunks - 1) // chunks
            # Places after the last customer repeat the first one.
            positions = tf.pad(incomplete[:, 0], [[0, chunks * size - count]], constant_values=incomplete[0, 0])
            spec = tf.TensorSpec([None, found.shape[1]], tf.int32)
            rows = tf.map_fn(
                lambda part: search(self.of(part), part),
                tf.reshape(positions, [chunks, size]),
                fn_output_signature=spec,
                parallel_iterations=1,
            )
            rows = tf.reshape(rows, [chunks * size, tf.shape(found)[1]])[:count]
            return tf.tensor_scatter_nd_update(found, incomplete, rows)

        return tf.cond(count > 0, replaced, lambda: tf.identity(found))
