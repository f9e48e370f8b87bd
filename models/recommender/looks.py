"""Completes a look in the one graph: for each complementary group, the articles that go with an article.

The utility of a candidate is the sum that Features fitted (`components/features/looks.py`); the probability within a
group is its softmax over the candidates that may be answered. Nothing is looked up but one article's rows of the
tables, so an answer with exclusions is as full as one without.
"""

from __future__ import annotations

import dataclasses

import tensorflow as tf

from models.recommender import ops
from models.recommender.look_tables import ANSWERED_GROUPS, NEVER, LookTables
from models.recommender.rules import Rules
from models.recommender.state import ARTICLE_GROUPS, State
from transforms import columns
from transforms.looks import CONTENT_KINDS, LOOK_ATTRIBUTES, TASTE_ATTRIBUTE, TASTE_LENGTH, TASTE_SCALE

_PAIRS = 32  # read of an article's pairs
_POSSIBLE = NEVER / 2


@dataclasses.dataclass(frozen=True)
class Look:
    """Answers for a batch of articles.

    Attributes:
        groups: `[batch, ANSWERED_GROUPS]` string names of the groups, most probable first; "" for padding.
        article_rows: `[batch, ANSWERED_GROUPS, k]` int32, best first in each group, padded.
        scores: `[batch, ANSWERED_GROUPS, k]` float32 probability that a basket with the article and the group has this
            article of the group; 0 for padding.
    """

    groups: tf.Tensor
    article_rows: tf.Tensor
    scores: tf.Tensor


class Looks(tf.Module):
    """The look model as of a day.

    Args:
        tables: its arrays.
        state: state of the same day.
    """

    def __init__(self, tables: LookTables, state: State):
        super().__init__(name="looks")
        self._state = state
        self._weights = tables.weights
        self._groups, self._width = tables.slot_rows.shape
        for field in dataclasses.fields(tables):
            if field.name != "weights":
                value = getattr(tables, field.name)
                setattr(self, field.name, tf.Variable(value, trainable=False, name=f"look_{field.name}"))
        flat = tf.reshape(self.slot_rows, [-1])
        self.slot_content = [
            tf.Variable(self._content(kind, flat), trainable=False, name=f"look_{kind}") for kind in CONTENT_KINDS
        ]

    def __call__(self, article_rows: tf.Tensor, customer_rows: tf.Tensor, rules: Rules, k: tf.Tensor | int) -> Look:
        """Answers the most probable groups and their articles.

        No answer has the article, a variant of it, or an article of its group. An unknown article has an empty answer.

        Args:
            article_rows: `[batch]` int32.
            customer_rows: `[batch]` int32; the unknown customer has no taste.
            rules: rules of the request.
            k: articles of each group, at most `MOST_K`.
        """
        state = self._state
        utilities, of_groups = self.utilities(article_rows, customer_rows, rules)
        own = tf.range(self._groups) == tf.gather(self.article_groups, article_rows)[:, None]
        possible = tf.logical_and(tf.reduce_max(utilities, axis=2) > _POSSIBLE, tf.logical_not(own))
        possible = tf.logical_and(possible, (article_rows < state.num_articles)[:, None])
        best, groups = tf.math.top_k(tf.where(possible, of_groups, NEVER), ANSWERED_GROUPS)
        utilities = tf.gather(utilities, groups, batch_dims=1)
        found, place = tf.math.top_k(utilities, k)
        real = tf.logical_and(found > _POSSIBLE, (best > _POSSIBLE)[:, :, None])
        rows = tf.gather(tf.gather(self.slot_rows, groups), place, batch_dims=2)
        scores = tf.exp(found - tf.reduce_logsumexp(utilities, axis=2, keepdims=True))
        return Look(
            groups=tf.where(best > _POSSIBLE, tf.gather(self.group_names, groups), ""),
            article_rows=tf.where(real, rows, state.num_articles),
            scores=tf.where(real, scores, 0.0),
        )

    def utilities(self, article_rows: tf.Tensor, customer_rows: tf.Tensor, rules: Rules) -> tuple[tf.Tensor, tf.Tensor]:
        """Computes the utilities of all candidates and of all groups; those of different groups cannot be compared.

        Args:
            article_rows: as in `__call__`.
            customer_rows: as in `__call__`.
            rules: as in `__call__`.

        Returns:
            `[batch, groups, width]` float32 in the order of `slot_rows`, at most half of `NEVER` for what cannot be
            answered, and `[batch, groups]` float32.
        """
        affinities = self._affinities(article_rows)
        utilities = self._allowed(self._utilities(affinities, article_rows, customer_rows), article_rows, rules)
        of_groups = self.group_scores + affinities[:, self._groups * self._width :]
        return tf.reshape(utilities, [-1, self._groups, self._width]), of_groups

    def _affinities(self, article_rows: tf.Tensor) -> tf.Tensor:
        """Sums the affinities of all attributes: `[batch, slots + groups]`."""
        parts = []
        for i in range(len(LOOK_ATTRIBUTES)):
            values = tf.gather(self.affinities, tf.gather(self.article_values[i], article_rows))
            parts.append(tf.gather(values, self.slot_columns[i], axis=1))
        return tf.add_n(parts)

    def _utilities(self, affinities: tf.Tensor, article_rows: tf.Tensor, customer_rows: tf.Tensor) -> tf.Tensor:
        """`[batch, slots]`."""
        slots = self._groups * self._width
        utilities = tf.reshape(self.slot_scores, [-1]) + affinities[:, :slots]
        for kind, vectors in zip(CONTENT_KINDS, self.slot_content, strict=True):
            if vectors.shape[1]:
                utilities += self._weights[kind] * tf.matmul(
                    self._content(kind, article_rows), vectors, transpose_b=True
                )
        same_channel = tf.matmul(tf.gather(self.mix, article_rows), self.slot_ratios, transpose_b=True)
        distance = tf.abs(
            tf.gather(self.log_prices, article_rows)[:, None]
            - tf.gather(self.log_prices, tf.reshape(self.slot_rows, [-1]))
        )
        distance = tf.where(tf.math.is_nan(distance), 0.0, distance)
        utilities += self._weights["channel"] * tf.math.log(same_channel) + self._weights["price"] * distance
        return self._with_pairs(utilities, article_rows) + self._taste(customer_rows)

    def _with_pairs(self, utilities: tf.Tensor, article_rows: tf.Tensor) -> tf.Tensor:
        """Adds the scores of pairs in one basket."""
        slots = ops.gather_lists(self.pair_offsets, self.pair_slots, article_rows, _PAIRS, self._groups * self._width)
        scores = ops.gather_lists(self.pair_offsets, self.pair_scores, article_rows, _PAIRS, 0.0)
        with_none = tf.pad(utilities, [[0, 0], [0, 1]])
        return tf.tensor_scatter_nd_add(with_none, _positions(slots), scores)[:, :-1]

    def _taste(self, customer_rows: tf.Tensor) -> tf.Tensor:
        """Compares the slots with the customer's past: `[batch, slots]`; 0 without a past."""
        state, pad = self._state, self._state.num_articles
        rows = ops.gather_lists(state.history_offsets, state.history_article_row, customer_rows, TASTE_LENGTH, pad)
        strength = ops.gather_lists(state.history_offsets, state.history_strength, customer_rows, TASTE_LENGTH, 0.0)
        codes = state.article_groups[:, ARTICLE_GROUPS.index(TASTE_ATTRIBUTE)]
        # Articles without a section count in the last place, of which no slot has a share.
        size = state.group_sizes[TASTE_ATTRIBUTE] + 1
        of_past = tf.where(tf.gather(codes, rows) < 0, size - 1, tf.gather(codes, rows))
        counted = tf.tensor_scatter_nd_add(tf.zeros([tf.shape(rows)[0], size]), _positions(of_past), strength)
        shares = tf.math.divide_no_nan(counted, tf.reduce_sum(strength, axis=1, keepdims=True))
        of_slots = tf.gather(codes, tf.reshape(self.slot_rows, [-1]))
        shares = tf.where(of_slots < 0, 0.0, tf.gather(shares, tf.maximum(of_slots, 0), axis=1))
        taste = self._weights["own_section"] * tf.math.log1p(TASTE_SCALE * shares)
        texts = self.slot_content[CONTENT_KINDS.index("text")]
        if texts.shape[1]:
            style = tf.math.l2_normalize(tf.einsum("bh,bhd->bd", strength, self._content("text", rows)), axis=1)
            taste += self._weights["own_text"] * tf.matmul(style, texts, transpose_b=True)
        return taste

    def _allowed(self, utilities: tf.Tensor, article_rows: tf.Tensor, rules: Rules) -> tf.Tensor:
        """Sets the utility of variants, and of articles that the rules or the stock do not allow, to `NEVER`."""
        products = self._state.article_groups[:, ARTICLE_GROUPS.index(columns.PRODUCT_CODE)]
        slots = tf.reshape(self.slot_rows, [-1])
        never = tf.gather(products, slots) == tf.gather(products, article_rows)[:, None]
        if self._state.available is not None:
            never = tf.logical_or(never, tf.logical_not(tf.gather(self._state.available, slots)))
        if (conditions := rules.conditions) is not None:
            never = tf.cond(
                conditions.any,
                lambda: tf.logical_or(never, tf.logical_not(conditions.meet(slots))),
                lambda: tf.identity(never),
            )
        utilities = tf.pad(tf.where(never, NEVER, utilities), [[0, 0], [0, 1]])
        excluded = tf.gather(self.article_slots, rules.excluded_rows)
        return tf.tensor_scatter_nd_min(utilities, _positions(excluded), tf.fill(tf.shape(excluded), NEVER))[:, :-1]

    def _content(self, kind: str, rows: tf.Tensor) -> tf.Tensor:
        """Style vectors of articles, of length 1 or 0: the shape of `rows` and `[STYLE_VALUES]` at most."""
        return tf.gather(getattr(self._state, f"style_{kind}"), rows)


def _positions(slots: tf.Tensor) -> tf.Tensor:
    """Positions of slots `[batch, n]` in a table `[batch, slots]`: `[batch, n, 2]`."""
    batch = tf.broadcast_to(tf.range(tf.shape(slots)[0])[:, None], tf.shape(slots))
    return tf.stack([batch, slots], axis=-1)
