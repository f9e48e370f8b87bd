"""What is known of the customers who ask: gathered once from the state, read by channels and features."""

import copy
import dataclasses
import functools

import tensorflow as tf

from models.recommender import ops
from models.recommender.allowed import Allowed
from models.recommender.state import CUSTOMER_NUMBERS, HISTORY_NUMBERS, State

SEED_LENGTH = 40


class Query:
    """A batch of customers as the state knows them. Everything is computed at first use, inside the graph.

    Args:
        state: tables as of a day.
        customers: `[batch]` int32 customer rows; `state.customers` is the customer nobody knows.
        embeddings: `[batch, dim]` float32, the query tower's answer.
        history_length: distinct articles of the past that are looked at.
        looked_at: `[batch, n]` int32 article rows the request says were just looked at, padded.
        segments: `[batch]` int32 to use in place of the state's where not negative, or None.
    """

    def __init__(
        self,
        state: State,
        customers: tf.Tensor,
        embeddings: tf.Tensor,
        history_length: int,
        looked_at: tf.Tensor | None = None,
        segments: tf.Tensor | None = None,
    ):
        self.state = state
        self.customers = customers
        self.embeddings = embeddings
        self.pad = tf.constant(state.articles, tf.int32)
        self._history_length = history_length
        self._looked_at = looked_at
        self._segments = segments
        self._neighbours: dict[str, ops.Flat] = {}
        self.allowed: Allowed | None = None  # all articles

    def without(self, excluded: tf.Tensor) -> "Query":
        """A query for the same customers without `excluded`, `[batch, m]` int32 rows, padded.

        Shares the tensors that this query has already computed.
        """
        query = copy.copy(self)
        query.allowed = Allowed(excluded, self.pad)
        return query

    @functools.cached_property
    def segments(self) -> tf.Tensor:
        """`[batch]` int32 age segments."""
        known = tf.gather(self.state.customer_segments, self.customers)
        return known if self._segments is None else tf.where(self._segments >= 0, self._segments, known)

    @functools.cached_property
    def numbers(self) -> tf.Tensor:
        """`[batch, len(CUSTOMER_NUMBERS)]` float32."""
        return tf.gather(self.state.customer_numbers, self.customers)

    def number(self, name: str) -> tf.Tensor:
        """`[batch, 1]` float32: one of the customer's numbers."""
        return self.numbers[:, CUSTOMER_NUMBERS.index(name)][:, None]

    def history(self, column: str, default: float = 0) -> tf.Tensor:
        """`[batch, history_length]`: a column of the customer's history, strongest article first."""
        values = getattr(self.state, f"history_{column}")
        offsets = self.state.history_offsets
        return ops.gather_rows(offsets, values, self.customers, self._history_length, default)

    @functools.cached_property
    def history_rows(self) -> tf.Tensor:
        """`[batch, history_length]` int32 distinct articles, padded."""
        return self.history("article_row", self.state.articles)

    @functools.cached_property
    def history_strength(self) -> tf.Tensor:
        """`[batch, history_length]` float32, 0 for padding."""
        return self.history("strength")

    @functools.cached_property
    def seeds(self) -> tuple[tf.Tensor, tf.Tensor]:
        """What neighbours are drawn from: rows `[batch, n]` int32 and weights `[batch, n]` float32.

        The strongest articles of the history, and in front of them what the request says was looked at.
        """
        rows = self.history_rows[:, :SEED_LENGTH]
        weights = tf.sqrt(self.history_strength[:, :SEED_LENGTH])
        if self._looked_at is not None:
            looked = tf.where(self._looked_at < self.pad, 1.0, 0.0)
            rows = tf.concat([self._looked_at, rows], 1)
            weights = tf.concat([looked, weights], 1)
        return rows, weights

    @functools.cached_property
    def history_flat(self) -> ops.Flat:
        """The history without padding, its values `[total, len(HISTORY_NUMBERS)]` float32."""
        at = tf.where(self.history_rows < self.pad)
        position = tf.gather(tf.gather(self.state.history_offsets, self.customers), at[:, 0]) + tf.cast(
            at[:, 1], tf.int32
        )
        columns = (tf.gather(getattr(self.state, f"history_{name}"), position) for name in HISTORY_NUMBERS)
        numbers = tf.stack([tf.cast(column, tf.float32) for column in columns], axis=1)
        return ops.Flat(at[:, 0], tf.gather_nd(self.history_rows, at), numbers)

    def neighbours(self, table: str) -> ops.Flat:
        """All neighbours of all seeds in a table of the state, an article once for each of its seeds.

        Values are weight * score, float32.
        """
        if table not in self._neighbours:
            seeds = self._seeds_flat
            near = tf.gather(getattr(self.state, f"{table}_rows"), seeds.ids)
            scores = tf.gather(getattr(self.state, f"{table}_scores"), seeds.ids) * seeds.values[:, None]
            of_seed = ops.flatten(near, scores, self.pad)
            self._neighbours[table] = ops.Flat(tf.gather(seeds.owners, of_seed.owners), of_seed.ids, of_seed.values)
        return self._neighbours[table]

    def best_neighbours(self, table: str, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """The allowed neighbours of the seeds with the largest sums of weight * score.

        Returns:
            rows `[batch, k]` int32, best first, padded, and the sums `[batch, k]` float32.
        """
        neighbours = self.neighbours(table)
        merged = ops.Flat(*ops.merge_sums(neighbours.keys, neighbours.values))
        if self.allowed is not None:
            merged = dataclasses.replace(merged, values=tf.where(self.allowed.of_keys(merged.keys), merged.values, 0.0))
        rows, sums, _ = ops.best(merged, tf.shape(self.customers)[0], k, self.pad)
        return rows, sums

    @functools.cached_property
    def _seeds_flat(self) -> ops.Flat:
        return ops.flatten(*self.seeds, self.pad)
