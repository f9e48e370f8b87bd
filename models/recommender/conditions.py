"""Conditions of a request on the attributes of articles, such as `product_group_name=Shoes`.

A condition is a column, "=" and a value; "column=" stands for articles without a value, and "" is padding. A request
allows and denies: an article meets the conditions if, for each column that is allowed, it has one of the allowed
values, and if it has no denied value. A value that no article has is met by no article.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import tensorflow as tf

from transforms.columns import ARTICLES
from transforms.group_codes import group_codes

CONDITION_COLUMNS = tuple(column.name for column in ARTICLES if column.kind == "category")


@dataclasses.dataclass(frozen=True)
class Conditions:
    """The conditions of a batch of requests.

    Attributes:
        permitted: `[batch, values]` bool: whether an article may have the value; `[batch, 1]`, all true, if no request
            has a condition.
        columns: `[n]` int32 columns that a request of the batch has a condition on.
        values: `[len(CONDITION_COLUMNS), articles + 1]` int32 values of the articles, see `AttributeTable`.
    """

    permitted: tf.Tensor
    columns: tf.Tensor
    values: tf.Variable

    @property
    def any(self) -> tf.Tensor:
        """Whether a request of the batch has a condition: bool scalar."""
        return tf.size(self.columns) > 0

    def meets(self, owners: tf.Tensor, article_rows: tf.Tensor) -> tf.Tensor:
        """Returns whether articles meet the conditions.

        Args:
            owners: `[total]` int32 position of the request in the batch.
            article_rows: `[total]` int32.

        Returns:
            `[total]` bool.
        """
        values = tf.gather(tf.gather(self.values, self.columns), article_rows, axis=1)
        at = tf.stack([tf.broadcast_to(owners, tf.shape(values)), values], axis=2)
        return tf.reduce_all(tf.gather_nd(self.permitted, at), axis=0)

    def mask(self) -> tf.Tensor:
        """Returns whether each article meets the conditions: `[batch, articles]` bool."""
        return self.meet(tf.range(self.values.shape[1] - 1))

    def meet(self, article_rows: tf.Tensor) -> tf.Tensor:
        """Returns whether the same articles meet the conditions of each request.

        Args:
            article_rows: `[n]` int32.

        Returns:
            `[batch, n]` bool.
        """

        def both(met, column):
            values = tf.gather(self.values[column], article_rows)
            return tf.logical_and(met, tf.gather(self.permitted, values, axis=1))

        everything = tf.ones([tf.shape(self.permitted)[0], tf.size(article_rows)], tf.bool)
        return tf.foldl(both, self.columns, everything, parallel_iterations=1)

    def of(self, positions: tf.Tensor) -> Conditions:
        """Returns the conditions of the requests at `positions`, `[n]` int32."""
        return dataclasses.replace(self, permitted=tf.gather(self.permitted, positions))


class AttributeTable(tf.Module):
    """The attributes that conditions may name, of all articles.

    A value is a number: the values of a column follow those of the column before, and the first one of each column
    stands for articles without a value.

    Args:
        articles: raw articles in the order of their rows, with the columns `CONDITION_COLUMNS`.
    """

    def __init__(self, articles: pa.Table):
        super().__init__(name="attributes")
        numbers: list[np.ndarray] = []
        names: list[str] = []
        of_columns: list[int] = []
        for position, column in enumerate(CONDITION_COLUMNS):
            codes, groups = group_codes(articles[column])
            numbers.append(np.append(codes, -1) + 1 + len(names))
            names += [f"{column}={group}" for group in ("", *groups)]
            of_columns += [position] * (len(groups) + 1)
        self._size = len(names)
        self._values = tf.Variable(np.stack(numbers).astype(np.int32), trainable=False, name="attribute_values")
        self._of_columns = tf.Variable(np.array(of_columns, np.int32), trainable=False, name="columns_of_values")
        # An empty text is a missing value too; the first of two equal names stays.
        first = {name: number for number, name in reversed(list(enumerate(names)))}
        self._numbers = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(
                tf.constant(list(first), tf.string), tf.constant(list(first.values()), tf.int32)
            ),
            self._size,
        )

    def conditions(self, allow: tf.Tensor, deny: tf.Tensor) -> Conditions:
        """Reads the conditions of a request.

        Args:
            allow: `[batch, n]` string.
            deny: `[batch, m]` string.

        Raises:
            InvalidArgumentError: a condition names no column of `CONDITION_COLUMNS`.
        """
        both = tf.concat([allow, deny], 1)
        given = tf.logical_or(tf.reduce_any(allow != ""), tf.reduce_any(deny != ""))
        nothing = (tf.ones([tf.shape(both)[0], 1], tf.bool), tf.zeros([0], tf.int32))
        permitted, columns = tf.cond(given, lambda: self._read(allow, deny), lambda: nothing)
        return Conditions(permitted, columns, self._values)

    def _read(self, allow: tf.Tensor, deny: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        allowed_columns, denied_columns = _columns(allow), _columns(deny)
        named = tf.logical_or(tf.reduce_any(allowed_columns, [0, 1]), tf.reduce_any(denied_columns, [0, 1]))
        restricted = tf.gather(tf.reduce_any(allowed_columns, 1), self._of_columns, axis=1)  # by an allowed value
        permitted = tf.logical_or(tf.logical_not(restricted), self._marked(allow))
        permitted = tf.logical_and(permitted, tf.logical_not(self._marked(deny)))
        return permitted, tf.cast(tf.where(named)[:, 0], tf.int32)

    def _marked(self, conditions: tf.Tensor) -> tf.Tensor:
        """Whether a request names a value, `[batch, values]` bool."""
        values = self._numbers.lookup(conditions)
        batch = tf.shape(conditions)[0]
        owners = tf.broadcast_to(tf.range(batch)[:, None], tf.shape(values))
        marked = tf.scatter_nd(tf.stack([owners, values], 2), tf.ones_like(values), [batch, self._size + 1])
        return marked[:, : self._size] > 0


def _columns(conditions: tf.Tensor) -> tf.Tensor:
    """Which column each condition names: `[batch, n, len(CONDITION_COLUMNS)]` bool; none for padding."""
    # A value may be any bytes: "." matches no line break and no byte that is not UTF-8, "\C" matches all.
    prefix = tf.strings.regex_replace(conditions, r"=\C*", "", replace_global=False)
    has_value = tf.strings.regex_full_match(conditions, r"[^=]*=\C*")
    named = tf.logical_and(prefix[..., None] == tf.constant(CONDITION_COLUMNS), has_value[..., None])
    wrong = tf.logical_and(conditions != "", tf.logical_not(tf.reduce_any(named, axis=2)))
    what = (
        f'allow and deny must hold conditions "column=value", of the columns {", ".join(CONDITION_COLUMNS)}. Received:'
    )
    first = tf.boolean_mask(conditions, wrong)[:1]
    with tf.control_dependencies([tf.debugging.Assert(tf.logical_not(tf.reduce_any(wrong)), [what, first])]):
        return tf.identity(named)
