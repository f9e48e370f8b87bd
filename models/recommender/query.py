"""What is known of the customers who ask: gathered once from the state, read by channels and features."""

import functools

import tensorflow as tf

from models.recommender import ops
from models.recommender.state import CUSTOMER_NUMBERS, State

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

    def neighbours(self, table: str) -> tuple[tf.Tensor, tf.Tensor]:
        """The seeds' neighbours in a table of the state, each article once.

        Returns:
            rows `[batch, n]` int32 ascending, padded, and the sums of weight * score `[batch, n]` float32.
        """
        return self._neighbours[table]

    def neighbour_scores(self, table: str, wanted: tf.Tensor) -> tf.Tensor:
        """The sums of weight * score that wanted articles have among the seeds' neighbours.

        Args:
            table: of the state.
            wanted: `[batch, m]` int32 rows, distinct but for padding.

        Returns:
            `[batch, m]` float32; 0 for what is no neighbour.
        """
        if table in self._neighbours:
            return ops.lookup(*self.neighbours(table), wanted)
        # No channel has merged this table's neighbours: fewer are wanted than there are to be sorted.
        return ops.sums_at(wanted, *self._seeds_neighbours(table))

    @functools.cached_property
    def _neighbours(self) -> "_Lazy":
        return _Lazy(self._merge_neighbours)

    def _merge_neighbours(self, table: str) -> tuple[tf.Tensor, tf.Tensor]:
        rows, scores = self._seeds_neighbours(table)
        return ops.merge_sum(rows, self.pad, scores)

    def _seeds_neighbours(self, table: str) -> tuple[tf.Tensor, tf.Tensor]:
        """All neighbours of all seeds: rows `[batch, n]` int32, not distinct, and weight * score of each."""
        seeds, weights = self.seeds
        rows = tf.gather(getattr(self.state, f"{table}_rows"), seeds)
        scores = tf.gather(getattr(self.state, f"{table}_scores"), seeds) * weights[:, :, None]
        flat = [tf.shape(rows)[0], rows.shape[2] * tf.shape(rows)[1]]
        return tf.reshape(rows, flat), tf.reshape(scores, flat)


class _Lazy(dict):
    """A dict that computes a missing key's value once."""

    def __init__(self, make):
        super().__init__()
        self._make = make

    def __missing__(self, key):
        self[key] = self._make(key)
        return self[key]
