"""The input of features: customers, their candidates, and tensors that several features share."""

import functools

import tensorflow as tf

from models.recommender import ops
from models.recommender.needs import need_probabilities
from models.recommender.query import Query
from models.recommender.state import (
    ARTICLE_GROUPS,
    ARTICLE_NUMBERS,
    HISTORY_NUMBERS,
    NEIGHBOUR_TABLES,
    OUTLOOK_NUMBERS,
    REBUY_NUMBERS,
)
from transforms.features import REBUY_WEEKS

MAX_DENSE_GROUPS = 2000  # up to here, dense sums over all groups are faster than lookups


class Pairs:
    """A batch of customers with their candidates.

    Args:
        query: customers.
        article_rows: `[batch, candidates]` int32, padded.
        article_embeddings: `[articles + 1, dim]` float32.
    """

    def __init__(self, query: Query, article_rows: tf.Tensor, article_embeddings: tf.Tensor):
        self.query = query
        self.article_rows = article_rows
        self.real = article_rows < query.pad  # false for padding
        self.as_of = tf.cast(query.state.as_of, tf.float32)
        self._article_embeddings = article_embeddings
        self._styles: dict[str, tf.Tensor] = {}
        self._likeness: dict[str, tf.Tensor] = {}

    @functools.cached_property
    def _numbers(self) -> tf.Tensor:
        return tf.gather(self.query.state.article_numbers, self.article_rows)

    def article(self, name: str) -> tf.Tensor:
        """Returns one of `ARTICLE_NUMBERS` of the candidates: `[batch, candidates]` float32."""
        return self._numbers[:, :, ARTICLE_NUMBERS.index(name)]

    @functools.cached_property
    def _rebuys(self) -> tf.Tensor:
        return tf.gather(self.query.state.article_rebuys, self.article_rows)

    def rebuys(self, name: str, weeks: int) -> tf.Tensor:
        """Returns one of `REBUY_NUMBERS` of the candidates over the last weeks: `[batch, candidates]` float32.

        Args:
            name: the number.
            weeks: one of `REBUY_WEEKS`.
        """
        return self._rebuys[:, :, REBUY_WEEKS.index(weeks), REBUY_NUMBERS.index(name)]

    @functools.cached_property
    def _outlook(self) -> tf.Tensor:
        outlook = tf.gather(self.query.state.article_outlook, self.article_rows)
        return tf.where(tf.math.is_nan(outlook), 0.0, outlook)

    def outlook(self, name: str) -> tf.Tensor:
        """Returns one of `OUTLOOK_NUMBERS` of the candidates: `[batch, candidates]` float32."""
        return self._outlook[:, :, OUTLOOK_NUMBERS.index(name)]

    def need(self, kind: str) -> tf.Tensor:
        """Returns the probability that the customer buys from the group of each candidate in the next week.

        Args:
            kind: one of `NEED_KINDS`.

        Returns:
            `[batch, candidates]` float32; 0 for a candidate without a group.
        """
        codes = self._groups[1][..., ARTICLE_GROUPS.index(kind)]
        probabilities = tf.pad(need_probabilities(self.query, kind), [[0, 0], [0, 1]])
        return tf.gather(probabilities, tf.where(codes < 0, self.query.state.group_sizes[kind], codes), batch_dims=1)

    def customer(self, name: str) -> tf.Tensor:
        """Returns one of `CUSTOMER_NUMBERS` of the customers: `[batch, 1]` float32."""
        return self.query.number(name)

    def days_since(self, day: tf.Tensor, never: float = 1000.0) -> tf.Tensor:
        """Returns the days from `day` to the day of the state, float32; `never` if `day` is -1."""
        return tf.where(day >= 0, self.as_of - tf.cast(day, tf.float32), never)

    @functools.cached_property
    def tower_score(self) -> tf.Tensor:
        """`[batch, candidates]` float32: inner product of the two embeddings."""
        embeddings = tf.gather(self._article_embeddings, self.article_rows)
        return tf.einsum("bd,bcd->bc", self.query.embeddings, embeddings)

    def _candidate_styles(self, kind: str) -> tf.Tensor:
        if kind not in self._styles:
            self._styles[kind] = tf.gather(getattr(self.query.state, f"style_{kind}"), self.article_rows)
        return self._styles[kind]

    def style(self, kind: str) -> tf.Tensor:
        """Returns the cosine of the customer's style and each candidate: `[batch, candidates]` float32.

        Args:
            kind: one of `transforms.content.KINDS`. It is 0 for a candidate without a vector of this kind.
        """
        return tf.einsum("bv,bcv->bc", self.query.style(kind), self._candidate_styles(kind))

    def likeness(self, kind: str) -> tf.Tensor:
        """Returns the cosine of each seed of the query and each candidate: `[batch, seeds, candidates]` float32.

        Args:
            kind: one of `transforms.content.KINDS`. It is 0 for an article without a vector of this kind.
        """
        if kind not in self._likeness:
            of_seeds = self.query.seed_styles(kind)
            self._likeness[kind] = tf.einsum("bsv,bcv->bsc", of_seeds, self._candidate_styles(kind))
        return self._likeness[kind]

    def own(self, column: str) -> tf.Tensor:
        """Returns one of `HISTORY_NUMBERS` of the customer for each candidate: `[batch, candidates]` float32.

        It is 0, or -1 for days, if the customer never bought the candidate.
        """
        return self._own[:, :, HISTORY_NUMBERS.index(column)]

    @functools.cached_property
    def _own(self) -> tf.Tensor:
        history, total = self.query.history_flat.values, tf.size(self.query.history_flat.items)
        never = tf.constant([[-1.0 if name.endswith("_day") else 0.0 for name in HISTORY_NUMBERS]])
        position = tf.math.unsorted_segment_max(tf.range(total), self._numbering["history"], self._numbering["count"])
        of_candidate = tf.gather(position, self._numbering["candidates"])
        return tf.gather(tf.concat([history, never], 0), tf.where(of_candidate < 0, total, of_candidate))

    def neighbour_score(self, table: str) -> tf.Tensor:
        """Returns the summed scores of each candidate in a neighbour table: `[batch, candidates]` float32."""
        scores = self.query.neighbours(table).values
        sums = tf.math.unsorted_segment_sum(scores, self._numbering[table], self._numbering["count"])
        return tf.gather(sums, self._numbering["candidates"])

    def largest_neighbour(self, table: str, values: tf.Tensor) -> tf.Tensor:
        """Returns the largest value of each candidate among the seeds that have it as a neighbour.

        Args:
            table: name of a neighbour table.
            values: `[total]` int32, one for each of `query.neighbours(table)`.

        Returns:
            `[batch, candidates]` int32; the lowest int32 for candidates that are no neighbours.
        """
        largest = tf.math.unsorted_segment_max(values, self._numbering[table], self._numbering["count"])
        return tf.gather(largest, self._numbering["candidates"])

    @functools.cached_property
    def _numbering(self) -> dict[str, tf.Tensor]:
        """Numbers of (customer, article), equal in all tensors.

        `candidates` `[batch, candidates]` int32; `history` and each neighbour table `[total]` int32; `count` is the
        number of distinct pairs.
        """
        lists = [self.query.history_flat, *(self.query.neighbours(table) for table in NEIGHBOUR_TABLES)]
        keys = (ops.keys(self.article_rows), *(each.keys for each in lists))
        (candidates, *others), count = ops.dense_numbers(*keys)
        numbering = dict(zip(("history", *NEIGHBOUR_TABLES), others, strict=True))
        return {**numbering, "candidates": tf.reshape(candidates, tf.shape(self.article_rows)), "count": count}

    @functools.cached_property
    def _groups(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Group codes int32 of the history, `[total, groups]`, and of the candidates, `[batch, candidates, groups]`."""
        table = self.query.state.article_groups
        return tf.gather(table, self.query.history_flat.items), tf.gather(table, self.article_rows)

    def group_share(self, group: str) -> tf.Tensor:
        """Returns the share of the history's strength in the group of each candidate: `[batch, candidates]` float32."""
        column, size = ARTICLE_GROUPS.index(group), self.query.state.group_sizes[group]
        of_history, of_candidates = (codes[..., column] for codes in self._groups)
        owners = self.query.history_flat.owners
        strength = self.query.history_flat.values[:, HISTORY_NUMBERS.index("strength")]
        if size <= MAX_DENSE_GROUPS:
            # Articles without a group are summed in one more group, which no candidate reads.
            batch, of_history = tf.shape(of_candidates)[0], tf.where(of_history < 0, size, of_history)
            flat = tf.math.unsorted_segment_sum(
                strength, of_history + (size + 1) * tf.cast(owners, tf.int32), batch * (size + 1)
            )
            sums = tf.gather(tf.reshape(flat, [batch, size + 1]), tf.maximum(of_candidates, 0), batch_dims=1)
        else:
            sums = ops.sums_of(of_candidates, ops.Flat(owners, of_history, strength))
        total = tf.reduce_sum(self.query.history_strength, axis=1, keepdims=True)
        return tf.math.divide_no_nan(tf.where(of_candidates >= 0, sums, 0.0), total)
