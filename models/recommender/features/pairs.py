"""What features are computed from: the query, its candidates, and what both share."""

import functools

import tensorflow as tf

from models.recommender import ops
from models.recommender.query import Query
from models.recommender.state import ARTICLE_GROUPS, ARTICLE_NUMBERS

_FEW_GROUPS = 2000  # up to here a sum for every group of the catalogue is quicker than comparing article by article


class Pairs:
    """A batch of customers with their candidates.

    Args:
        query: the customers.
        rows: `[batch, candidates]` int32 article rows, padded.
        article_embeddings: `[articles + 1, dim]` float32.
    """

    def __init__(self, query: Query, rows: tf.Tensor, article_embeddings: tf.Tensor):
        self.query = query
        self.rows = rows
        self.real = rows < query.pad
        self.as_of = tf.cast(query.state.as_of, tf.float32)
        self._article_embeddings = article_embeddings

    @functools.cached_property
    def _numbers(self) -> tf.Tensor:
        return tf.gather(self.query.state.article_numbers, self.rows)

    def article(self, name: str) -> tf.Tensor:
        """`[batch, candidates]` float32: one of the candidates' numbers."""
        return self._numbers[:, :, ARTICLE_NUMBERS.index(name)]

    def customer(self, name: str) -> tf.Tensor:
        """`[batch, 1]` float32: one of the customer's numbers."""
        return self.query.number(name)

    def days_since(self, day: tf.Tensor, never: float = 1000.0) -> tf.Tensor:
        """Days from `day` to the state's day; `never` where the day is not known (-1)."""
        return tf.where(day >= 0, self.as_of - tf.cast(day, tf.float32), never)

    @functools.cached_property
    def tower_score(self) -> tf.Tensor:
        """`[batch, candidates]` float32: inner product of the two embeddings."""
        embeddings = tf.gather(self._article_embeddings, self.rows)
        return tf.einsum("bd,bcd->bc", self.query.embeddings, embeddings)

    @functools.cached_property
    def _history_order(self) -> tuple[tf.Tensor, tf.Tensor]:
        order = tf.argsort(self.query.history_rows, axis=1)
        return order, tf.gather(self.query.history_rows, order, batch_dims=1)

    def own(self, column: str, default: float) -> tf.Tensor:
        """`[batch, candidates]` float32: a column of the customer's history for each candidate."""
        order, ids = self._history_order
        values = tf.cast(self.query.history(column), tf.float32)
        return ops.lookup(ids, tf.gather(values, order, batch_dims=1), self.rows, default)

    def neighbour_score(self, table: str) -> tf.Tensor:
        """`[batch, candidates]` float32: summed score from the customer's articles to the candidate."""
        return self.query.neighbour_scores(table, self.rows)

    @functools.cached_property
    def recent(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The customer's latest purchases: rows `[batch, n]` int32 and days `[batch, n]` int32 (-1 padding)."""
        state = self.query.state
        rows = ops.gather_rows(state.recent_offsets, state.recent_article_row, self.query.customers, 30, self.query.pad)
        days = ops.gather_rows(state.recent_offsets, state.recent_day, self.query.customers, 30, -1)
        return rows, days

    @functools.cached_property
    def _groups(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Codes `[batch, n, groups]` int32 of the history's articles, and of the candidates."""
        table = self.query.state.article_groups
        return tf.gather(table, self.query.history_rows), tf.gather(table, self.rows)

    def group_share(self, group: str) -> tf.Tensor:
        """`[batch, candidates]` float32 in [0, 1]: share of the history's strength in the candidate's group."""
        column, size = ARTICLE_GROUPS.index(group), self.query.state.group_sizes[group]
        past, here = (codes[:, :, column] for codes in self._groups)
        strength = self.query.history_strength
        total = tf.reduce_sum(strength, axis=1, keepdims=True)
        if size <= _FEW_GROUPS:
            batch = tf.shape(past)[0]
            # One more group for what has none: it takes the strength and is never asked for.
            places = tf.where(past < 0, size, past) + (size + 1) * tf.range(batch)[:, None]
            flat = tf.math.unsorted_segment_sum(
                tf.reshape(strength, [-1]), tf.reshape(places, [-1]), batch * (size + 1)
            )
            sums = tf.gather(tf.reshape(flat, [batch, size + 1]), tf.maximum(here, 0), batch_dims=1)
        else:
            sums = tf.einsum("bch,bh->bc", tf.cast(past[:, None, :] == here[:, :, None], tf.float32), strength)
        return tf.math.divide_no_nan(tf.where(here >= 0, sums, 0.0), total)
