"""The purchases as training examples: who bought what, and what they had bought before that day.

Purchases are held once, sorted by customer and day; the recent purchases of an example are the positions before
the first of its day, so no example carries a list and none can see its own day or a later one.
"""

import copy
import dataclasses

import numpy as np
import tensorflow as tf

from models.input_pipeline import steady
from models.retrieval.entities import ArticleTable, CustomerTable

_BASKETS_AT_ONCE = 256


@dataclasses.dataclass(frozen=True)
class Purchases:
    """All purchases, sorted by customer, day (ascending) and article (descending).

    Attributes:
        customers: `[n]` int32 rows of the customer table.
        articles: `[n]` int32 rows of the article table.
        days: `[n]` int32.
        weeks: `[n]` int32: 0 before the first list week, then 1, 2, ... a week each.
        starts: `[n]` int32 position of the customer's first purchase.
        befores: `[n]` int32 position of the first purchase of the same customer and day: what lies in
            `[starts, befores)` was known then.
    """

    customers: np.ndarray
    articles: np.ndarray
    days: np.ndarray
    weeks: np.ndarray
    starts: np.ndarray
    befores: np.ndarray

    def positions(self, chosen: np.ndarray) -> np.ndarray:
        """Positions where `chosen` `[n]` bool holds, `[m]` int32."""
        return np.flatnonzero(chosen).astype(np.int32)


def sort_purchases(customers: np.ndarray, articles: np.ndarray, days: np.ndarray, weeks: np.ndarray) -> Purchases:
    """Sorts purchases and finds where each customer and each customer's day begins.

    Args:
        customers: `[n]` integers.
        articles: `[n]` integers.
        days: `[n]` integers.
        weeks: `[n]` integers.
    """
    order = np.lexsort((-articles.astype(np.int64), days, customers))
    customers, articles, days, weeks = (values[order].astype(np.int32) for values in (customers, articles, days, weeks))
    position = np.arange(len(customers), dtype=np.int32)
    new_customer = np.r_[True, customers[1:] != customers[:-1]][: len(customers)]
    new_day = new_customer | np.r_[True, days[1:] != days[:-1]][: len(customers)]
    return Purchases(
        customers=customers,
        articles=articles,
        days=days,
        weeks=weeks,
        starts=np.maximum.accumulate(np.where(new_customer, position, 0)).astype(np.int32),
        befores=np.maximum.accumulate(np.where(new_day, position, 0)).astype(np.int32),
    )


class ExampleGather:
    """Turns positions of purchases into batches of tower inputs, inside the input pipeline.

    Args:
        purchases: all of them.
        articles: the article table.
        customers: the customer table.
        recent_length: recent purchases of an example.
        weights: `[articles + 1]` float32 `candidate_sampling_probability` of each article row.
        share_baskets: whether the inputs of the query tower are made once for a customer's day, however many of
            its purchases are in the batch; their number then differs from batch to batch, which neither XLA nor
            the splitting of a batch over replicas bears.
    """

    def __init__(
        self,
        purchases: Purchases,
        articles: ArticleTable,
        customers: CustomerTable,
        recent_length: int,
        weights: np.ndarray,
        share_baskets: bool = True,
    ):
        self._purchases = {
            name: tf.constant(getattr(purchases, name))
            for name in ("customers", "articles", "days", "starts", "befores")
        }
        self._articles = {name: tf.constant(getattr(articles, name)) for name in ("ids", "categories", "words")}
        self._customers = {name: tf.constant(getattr(customers, name)) for name in ("ids", "categories", "age")}
        self._baskets = purchases.befores
        self._share_baskets = share_baskets
        self._recent_length = recent_length
        self._weights = tf.constant(weights, tf.float32)

    def weighted(self, weights: np.ndarray) -> "ExampleGather":
        """The same with other weights; the tables, of which there may be gigabytes, are shared."""
        other = copy.copy(self)
        other._weights = tf.constant(weights, tf.float32)
        return other

    def __call__(self, positions: tf.Tensor) -> dict[str, tf.Tensor]:
        """One batch.

        Args:
            positions: `[batch]` int32 into the purchases.

        Returns:
            Of each example `[batch]`: `article_*` tower inputs, `article_rows`, `customer_rows`,
            `sampling_probability` float32 and, where baskets are shared, `basket` int32, its place among the query
            tower's inputs: `customer_*` `[baskets]`, `recent` `[baskets, recent_length]` int32 and `recent_age_days`
            float32. Where they are not, these are of each example too.
        """
        known = self._purchases
        articles = tf.gather(known["articles"], positions)
        starts = tf.gather(known["befores"], positions)
        shared = {}
        if self._share_baskets:
            starts, shared["basket"] = tf.unique(starts)
        customers = tf.gather(known["customers"], starts)
        back = starts[:, None] - 1 - tf.range(self._recent_length)[None, :]
        inside = back >= tf.gather(known["starts"], starts)[:, None]
        safe = tf.where(inside, back, 0)
        recent = tf.gather(self._articles["ids"], tf.gather(known["articles"], safe))
        since = tf.gather(known["days"], starts)[:, None] - tf.gather(known["days"], safe)
        return {
            "article_rows": articles,
            "customer_rows": tf.gather(known["customers"], positions),
            **{f"article_{name}": tf.gather(table, articles) for name, table in self._articles.items()},
            **{f"customer_{name}": tf.gather(table, customers) for name, table in self._customers.items()},
            **shared,
            "recent": tf.where(inside, recent, -1),
            "recent_age_days": tf.cast(tf.where(inside, since, 0), tf.float32),
            "sampling_probability": tf.gather(self._weights, articles),
        }

    def dataset(self, positions: np.ndarray, batch_size: int, seed: int | None) -> tf.data.Dataset:
        """Batches of examples; whole baskets are shuffled anew each epoch where a seed is given.

        Args:
            positions: `[m]` int32 into the purchases, ascending.
            batch_size: examples per batch; the last one may be smaller unless shuffled.
            seed: of the shuffling, or None for the given order.
        """
        baskets = self._baskets[positions]
        starts = np.flatnonzero(np.r_[True, baskets[1:] != baskets[:-1]][: len(positions)]).astype(np.int32)
        count = len(starts)
        begins, ends = tf.constant(starts), tf.constant(np.r_[starts[1:], len(positions)][:count].astype(np.int32))
        known = tf.constant(positions)
        whole = seed is not None and len(positions) >= batch_size

        def pieces(order):
            return tf.data.Dataset.range(0, count, _BASKETS_AT_ONCE).map(
                lambda first: order[first : first + _BASKETS_AT_ONCE]
            )

        def examples(chosen):
            spans = tf.ragged.range(tf.gather(begins, chosen), tf.gather(ends, chosen))
            return tf.gather(known, spans.flat_values)

        def batch(chosen):
            return self(tf.ensure_shape(chosen, [batch_size if whole else None]))

        batches = _orders(count, seed).flat_map(pieces).map(examples).rebatch(batch_size, drop_remainder=whole)
        return steady(batches.map(batch, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE))


def _orders(count: int, seed: int | None) -> tf.data.Dataset:
    """One element an epoch, `[count]` int32: the numbers below `count`, in another order each time if there is a seed.

    They are shuffled as one tensor: a buffer of `Dataset.shuffle` would hold each of millions of baskets in tensors of
    its own, and be filled to the last before the first is used.
    """
    if seed is None:
        return tf.data.Dataset.from_tensors(tf.range(count))
    drawn = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).batch(2).take(1)
    return drawn.map(lambda key: tf.random.experimental.stateless_shuffle(tf.range(count), seed=key))
