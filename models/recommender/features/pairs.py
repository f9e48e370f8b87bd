"""What features are computed from: the query, its candidates, and what both share."""

import functools

import tensorflow as tf

from models.recommender import ops
from models.recommender.query import Query
from models.recommender.state import ARTICLE_GROUPS, ARTICLE_NUMBERS, HISTORY_NUMBERS, NEIGHBOUR_TABLES

_FEW_GROUPS = 2000  # up to here a sum for every group of the catalogue is quicker than looking groups up


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

    def own(self, column: str) -> tf.Tensor:
        """`[batch, candidates]` float32: one of the numbers of the customer's history for each candidate.

        Where it was never bought 0, and -1 for days.
        """
        return self._own[:, :, HISTORY_NUMBERS.index(column)]

    @functools.cached_property
    def _own(self) -> tf.Tensor:
        history, total = self.query.history_flat.values, tf.size(self.query.history_flat.ids)
        never = tf.constant([[-1.0 if name.endswith("_day") else 0.0 for name in HISTORY_NUMBERS]])
        place = tf.math.unsorted_segment_max(tf.range(total), self._places["history"], self._places["count"])
        here = tf.gather(place, self._places["candidates"])
        return tf.gather(tf.concat([history, never], 0), tf.where(here < 0, total, here))

    def neighbour_score(self, table: str) -> tf.Tensor:
        """`[batch, candidates]` float32: summed score from the customer's articles to the candidate."""
        scores = self.query.neighbours(table).values
        sums = tf.math.unsorted_segment_sum(scores, self._places[table], self._places["count"])
        return tf.gather(sums, self._places["candidates"])

    @functools.cached_property
    def _places(self) -> dict[str, tf.Tensor]:
        """A number for each customer and article, the same wherever they come together.

        Among the candidates `[batch, candidates]` int32, in the history and among a table's neighbours `[total]`;
        `count` is how many numbers there are.
        """
        lists = [self.query.history_flat, *(self.query.neighbours(table) for table in NEIGHBOUR_TABLES)]
        (here, *there), count = ops.numbered(ops.keys(self.rows), *(each.keys for each in lists))
        places = dict(zip(("history", *NEIGHBOUR_TABLES), there, strict=True))
        return {**places, "candidates": tf.reshape(here, tf.shape(self.rows)), "count": count}

    @functools.cached_property
    def _groups(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Codes `[total, groups]` int32 of the history's articles, `[batch, candidates, groups]` of the candidates."""
        table = self.query.state.article_groups
        return tf.gather(table, self.query.history_flat.ids), tf.gather(table, self.rows)

    def group_share(self, group: str) -> tf.Tensor:
        """`[batch, candidates]` float32 in [0, 1]: share of the history's strength in the candidate's group."""
        column, size = ARTICLE_GROUPS.index(group), self.query.state.group_sizes[group]
        past, here = (codes[..., column] for codes in self._groups)
        owners = self.query.history_flat.owners
        strength = self.query.history_flat.values[:, HISTORY_NUMBERS.index("strength")]
        if size <= _FEW_GROUPS:
            # One more group for what has none: it takes the strength and is never asked for.
            batch, past = tf.shape(here)[0], tf.where(past < 0, size, past)
            flat = tf.math.unsorted_segment_sum(
                strength, past + (size + 1) * tf.cast(owners, tf.int32), batch * (size + 1)
            )
            sums = tf.gather(tf.reshape(flat, [batch, size + 1]), tf.maximum(here, 0), batch_dims=1)
        else:
            sums = ops.sums_at(here, ops.Flat(owners, past, strength))
        total = tf.reduce_sum(self.query.history_strength, axis=1, keepdims=True)
        return tf.math.divide_no_nan(tf.where(here >= 0, sums, 0.0), total)
