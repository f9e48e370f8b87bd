"""A batch of customers with their data of the state, gathered once and read by channels and features."""

import copy
import dataclasses
import functools

import tensorflow as tf

from models.recommender import ops
from models.recommender.allowed import AllowedArticles
from models.recommender.rules import Rules
from models.recommender.state import ARTICLE_GROUPS, CUSTOMER_NUMBERS, HISTORY_NUMBERS, State
from transforms.features import PAST_CEILING, PAST_FLOOR

SEED_LENGTH = 40
PAST_LENGTH = 100
MAX_GROUPS = 16


class Query:
    """A batch of customers. Tensors are computed in the graph at first use.

    Args:
        state: state as of a day.
        customer_rows: `[batch]` int32; `state.num_customers` is the unknown customer.
        embeddings: `[batch, dim]` float32, output of the query tower.
        history_length: number of distinct articles of the history to use.
        viewed_rows: `[batch, n]` int32 rows of the articles that the request names as just viewed, padded, or None.
        segments: `[batch]` int32 segments from the request, which replace those of the state if not negative; or None.
    """

    def __init__(
        self,
        state: State,
        customer_rows: tf.Tensor,
        embeddings: tf.Tensor,
        history_length: int,
        viewed_rows: tf.Tensor | None = None,
        segments: tf.Tensor | None = None,
    ):
        self.state = state
        self.customer_rows = customer_rows
        self.embeddings = embeddings
        self.pad = tf.constant(state.num_articles, tf.int32)
        self._history_length = history_length
        self._viewed_rows = viewed_rows
        self._segments = segments
        self._neighbours: dict[str, ops.Flat] = {}
        self._styles: dict[str, tf.Tensor] = {}
        self._seed_styles: dict[str, tf.Tensor] = {}
        self.allowed: AllowedArticles | None = self._all_articles if state.available is not None else None

    @property
    def allowed_articles(self) -> AllowedArticles:
        """`allowed`, or all articles."""
        return self.allowed or self._all_articles

    @property
    def _all_articles(self) -> AllowedArticles:
        """All available articles."""
        nothing = tf.zeros([tf.shape(self.customer_rows)[0], 0], tf.int32)
        return AllowedArticles(nothing, self.pad, available=self.state.available)

    def restricted(self, rules: Rules) -> "Query":
        """Returns a query for the same customers to which the rules of the request apply.

        Shares the tensors that this query has already computed.

        Args:
            rules: exclusions and conditions.
        """
        query = copy.copy(self)
        query.allowed = self._all_articles.but(rules.excluded_rows, rules.conditions)
        return query

    @functools.cached_property
    def segments(self) -> tf.Tensor:
        """`[batch]` int32 age segments; 0 is unknown."""
        of_state = tf.gather(self.state.customer_segments, self.customer_rows)
        return of_state if self._segments is None else tf.where(self._segments >= 0, self._segments, of_state)

    @functools.cached_property
    def numbers(self) -> tf.Tensor:
        """`[batch, len(CUSTOMER_NUMBERS)]` float32."""
        return tf.gather(self.state.customer_numbers, self.customer_rows)

    def number(self, name: str) -> tf.Tensor:
        """Returns one of `CUSTOMER_NUMBERS`: `[batch, 1]` float32."""
        return self.numbers[:, CUSTOMER_NUMBERS.index(name)][:, None]

    def history(self, column: str, default: float = 0) -> tf.Tensor:
        """Returns a column of the customers' history, strongest article first.

        Args:
            column: name of the column.
            default: value for padding.

        Returns:
            `[batch, history_length]`, dtype of the column.
        """
        values = getattr(self.state, f"history_{column}")
        offsets = self.state.history_offsets
        return ops.gather_lists(offsets, values, self.customer_rows, self._history_length, default)

    @functools.cached_property
    def history_rows(self) -> tf.Tensor:
        """`[batch, history_length]` int32 distinct article rows, padded."""
        return self.history("article_row", self.state.num_articles)

    @functools.cached_property
    def history_strength(self) -> tf.Tensor:
        """`[batch, history_length]` float32, 0 for padding."""
        return self.history("strength")

    @functools.cached_property
    def seeds(self) -> tuple[tf.Tensor, tf.Tensor]:
        """The articles whose neighbours are candidates: rows `[batch, n]` int32 and weights `[batch, n]` float32.

        Seeds are the viewed articles of the request, then the strongest articles of the history.
        """
        rows = self.history_rows[:, :SEED_LENGTH]
        weights = tf.sqrt(self.history_strength[:, :SEED_LENGTH])
        if self._viewed_rows is not None:
            viewed_weights = tf.where(self._viewed_rows < self.pad, 1.0, 0.0)
            rows = tf.concat([self._viewed_rows, rows], 1)
            weights = tf.concat([viewed_weights, weights], 1)
        return rows, weights

    @property
    def num_viewed(self) -> tf.Tensor | int:
        """Number of first seeds that the request names as viewed; some may be padding."""
        return 0 if self._viewed_rows is None else tf.shape(self._viewed_rows)[1]

    @functools.cached_property
    def seed_shares(self) -> tf.Tensor:
        """`[batch, n]` float32 weights of the seeds with the sum 1, or all 0 without seeds."""
        weights = self.seeds[1]
        return tf.math.divide_no_nan(weights, tf.reduce_sum(weights, axis=1, keepdims=True))

    def seed_styles(self, kind: str) -> tf.Tensor:
        """Returns the style vectors of the seeds: `[batch, n, values]` float32.

        Args:
            kind: one of `transforms.content.KINDS`.
        """
        if kind not in self._seed_styles:
            self._seed_styles[kind] = tf.gather(getattr(self.state, f"style_{kind}"), self.seeds[0])
        return self._seed_styles[kind]

    def style(self, kind: str) -> tf.Tensor:
        """Returns the style vector of the customers: the weighted mean of the seeds' style vectors, of length 1.

        Args:
            kind: one of `transforms.content.KINDS`.

        Returns:
            `[batch, n]` float32; zeros without seeds.
        """
        if kind not in self._styles:
            mean = tf.einsum("bs,bsv->bv", self.seed_shares, self.seed_styles(kind))
            self._styles[kind] = tf.math.l2_normalize(mean, axis=1)
        return self._styles[kind]

    @functools.cached_property
    def has_interests(self) -> tf.Tensor:
        """`[batch]` bool, whether the customer bought an article before, or the request names one as viewed."""
        return tf.reduce_any(self.seeds[0] < self.pad, axis=1)

    @functools.cached_property
    def history_flat(self) -> ops.Flat:
        """The history without padding; values `[total, len(HISTORY_NUMBERS)]` float32."""
        at = tf.where(self.history_rows < self.pad)
        position = tf.gather(tf.gather(self.state.history_offsets, self.customer_rows), at[:, 0]) + tf.cast(
            at[:, 1], tf.int32
        )
        columns = (tf.gather(getattr(self.state, f"history_{name}"), position) for name in HISTORY_NUMBERS)
        numbers = tf.stack([tf.cast(column, tf.float32) for column in columns], axis=1)
        return ops.Flat(at[:, 0], tf.gather_nd(self.history_rows, at), numbers)

    def neighbours(self, table: str) -> ops.Flat:
        """Returns all neighbours of all seeds; an article occurs once for each seed it is a neighbour of.

        Args:
            table: name of a neighbour table of the state.

        Returns:
            Neighbours with values weight * score, float32.
        """
        if table not in self._neighbours:
            seeds = self._past_flat if table == "next_basket" else self._seeds_flat
            rows = tf.gather(getattr(self.state, f"{table}_rows"), seeds.items)
            scores = tf.gather(getattr(self.state, f"{table}_scores"), seeds.items) * seeds.values[:, None]
            of_seed = ops.flatten(rows, scores, self.pad)
            self._neighbours[table] = ops.Flat(tf.gather(seeds.owners, of_seed.owners), of_seed.items, of_seed.values)
        return self._neighbours[table]

    def best_neighbours(self, table: str, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the allowed neighbours of the seeds with the largest sums of weight * score.

        Args:
            table: name of a neighbour table of the state.
            k: number of neighbours.

        Returns:
            Article rows `[batch, k]` int32, best first, padded, and the sums `[batch, k]` float32.
        """
        neighbours = self.neighbours(table)
        merged = ops.Flat(*ops.merge_sums(neighbours.keys, neighbours.values))
        if self.allowed is not None:
            allowed = self.allowed.contains_keys(merged.keys)
            merged = dataclasses.replace(merged, values=tf.where(allowed, merged.values, 0.0))
        rows, sums, _ = ops.top_k_flat(merged, tf.shape(self.customer_rows)[0], k, self.pad)
        return rows, sums

    def group_shares(self, group: str) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the groups that the customers buy most from, of at most `MAX_GROUPS`.

        A viewed article of the request counts as much as a purchase of today.

        Args:
            group: one of `ARTICLE_GROUPS`.

        Returns:
            Codes `[batch, MAX_GROUPS]` int32, padded with the number of codes, and their share of the strength of the
            articles that have a group, `[batch, MAX_GROUPS]` float32, largest first; 0 for padding.
        """
        table = self.state.article_groups[:, ARTICLE_GROUPS.index(group)]
        codes = tf.gather(table, self._interests.items)
        known = codes >= 0
        owners, codes, strengths = (
            tf.boolean_mask(each, known) for each in (self._interests.owners, codes, self._interests.values)
        )
        lists = ops.Flat(owners, codes, strengths)
        merged = ops.Flat(*ops.merge_sums(lists.keys, lists.values))
        batch, pad = tf.shape(self.customer_rows)[0], tf.constant(self.state.group_sizes[group], tf.int32)
        codes, strengths, _ = ops.top_k_flat(merged, batch, MAX_GROUPS, pad)
        return codes, tf.math.divide_no_nan(strengths, tf.reduce_sum(strengths, axis=1, keepdims=True))

    def best_of_lists(self, rows: tf.Tensor, scores: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the allowed articles with the largest scores of lists that have no article in common.

        Args:
            rows: `[batch, lists, n]` int32 article rows, padded.
            scores: `[batch, lists, n]` float32, 0 for padding.
            k: number of articles.

        Returns:
            Article rows `[batch, k]` int32, best first, padded, and their scores `[batch, k]` float32.
        """
        batch, lists, n = tf.unstack(tf.shape(rows))
        rows, scores = (tf.reshape(each, [batch, lists * n]) for each in (rows, scores))
        if self.allowed is not None:
            scores = tf.where(self.allowed.contains(rows), scores, 0.0)
        return ops.top_k(rows, scores, k, self.pad)

    @functools.cached_property
    def _interests(self) -> ops.Flat:
        """The history with its strengths, and the viewed articles with 1."""
        rows, weights = self.history_rows, self.history_strength
        if self._viewed_rows is not None:
            rows = tf.concat([self._viewed_rows, rows], 1)
            weights = tf.concat([tf.where(self._viewed_rows < self.pad, 1.0, 0.0), weights], 1)
        return ops.flatten(rows, weights, self.pad)

    @functools.cached_property
    def _past_flat(self) -> ops.Flat:
        """The past as the next basket was learned from: capped strengths of unit length, as in `next_basket.py`."""
        rows = self.history_rows[:, :PAST_LENGTH]
        days_bought = tf.cast(self.history("days_bought")[:, :PAST_LENGTH], tf.float32)
        weights = tf.minimum(self.history_strength[:, :PAST_LENGTH] + PAST_FLOOR * days_bought, PAST_CEILING)
        if self._viewed_rows is not None:
            rows = tf.concat([self._viewed_rows, rows], 1)
            weights = tf.concat([tf.where(self._viewed_rows < self.pad, 1.0, 0.0), weights], 1)
        return ops.flatten(rows, tf.math.l2_normalize(weights, axis=1), self.pad)

    @functools.cached_property
    def _seeds_flat(self) -> ops.Flat:
        return ops.flatten(*self.seeds, self.pad)
