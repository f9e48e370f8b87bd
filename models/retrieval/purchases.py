"""Training examples of the towers: purchases, each with what the customer had bought before that day.

Purchases are stored once, sorted by customer and day. The recent purchases of an example are the positions before the
first purchase of its day. So no example stores a list, and none contains a purchase of its own day or a later one.
"""

import copy
import dataclasses

import numpy as np
import tensorflow as tf

from models.input_pipeline import without_autotuning
from models.retrieval.entities import ArticleTable, CustomerTable

_BASKETS_PER_PIECE = 256


@dataclasses.dataclass(frozen=True)
class Shares:
    """The equal shares of each batch that the replicas of one worker train on.

    Attributes:
        first: number of the first replica of the worker.
        local: number of replicas of the worker.
        total: number of all replicas, by which the batch size must be divisible.
    """

    first: int
    local: int
    total: int


@dataclasses.dataclass(frozen=True)
class Purchases:
    """All purchases, sorted by customer, day (ascending) and article (descending).

    Attributes:
        customer_rows: `[n]` int32 rows of the customer table.
        article_rows: `[n]` int32 rows of the article table.
        days: `[n]` int32 day numbers.
        weeks: `[n]` int32: 0 before the first list week, then 1, 2, ... for each week.
        customer_starts: `[n]` int32 position of the customer's first purchase.
        day_starts: `[n]` int32 position of the customer's first purchase on the same day. The purchases in
            `[customer_starts, day_starts)` are those before the day.
    """

    customer_rows: np.ndarray
    article_rows: np.ndarray
    days: np.ndarray
    weeks: np.ndarray
    customer_starts: np.ndarray
    day_starts: np.ndarray

    def positions(self, chosen: np.ndarray) -> np.ndarray:
        """Returns the positions where `chosen`, `[n]` bool, is true: `[m]` int32."""
        return np.flatnonzero(chosen).astype(np.int32)


def sort_purchases(
    customer_rows: np.ndarray, article_rows: np.ndarray, days: np.ndarray, weeks: np.ndarray
) -> Purchases:
    """Sorts purchases and finds where each customer and each day of a customer begins.

    Args:
        customer_rows: `[n]` integers, rows of the customer table.
        article_rows: `[n]` integers, rows of the article table.
        days: `[n]` integers, day numbers.
        weeks: `[n]` integers.

    Returns:
        The sorted purchases.
    """
    order = np.lexsort((-article_rows.astype(np.int64), days, customer_rows))
    customer_rows, article_rows, days, weeks = (
        values[order].astype(np.int32) for values in (customer_rows, article_rows, days, weeks)
    )
    position = np.arange(len(customer_rows), dtype=np.int32)
    new_customer = np.r_[True, customer_rows[1:] != customer_rows[:-1]][: len(customer_rows)]
    new_day = new_customer | np.r_[True, days[1:] != days[:-1]][: len(customer_rows)]
    return Purchases(
        customer_rows=customer_rows,
        article_rows=article_rows,
        days=days,
        weeks=weeks,
        customer_starts=np.maximum.accumulate(np.where(new_customer, position, 0)).astype(np.int32),
        day_starts=np.maximum.accumulate(np.where(new_day, position, 0)).astype(np.int32),
    )


class ExampleGather:
    """Turns positions of purchases into batches of tower inputs, inside the input pipeline.

    Args:
        purchases: all purchases.
        articles: article table.
        customers: customer table.
        recent_length: number of recent purchases of an example.
        probabilities: `[articles + 1]` float32 `candidate_sampling_probability` of each article row.
        share_baskets: whether purchases of one customer and day share the inputs of the query tower. The number of
            queries then differs between batches, which XLA does not support.
    """

    def __init__(
        self,
        purchases: Purchases,
        articles: ArticleTable,
        customers: CustomerTable,
        recent_length: int,
        probabilities: np.ndarray,
        share_baskets: bool = True,
    ):
        self._purchases = {
            name: tf.constant(getattr(purchases, name))
            for name in ("customer_rows", "article_rows", "days", "customer_starts", "day_starts")
        }
        self._articles = {
            "article_index": tf.constant(articles.article_index),
            "article_categories": tf.constant(articles.categories),
            "article_words": tf.constant(articles.words),
            "article_content": tf.constant(articles.content),
        }
        self._customers = {
            "customer_index": tf.constant(customers.customer_index),
            "customer_categories": tf.constant(customers.categories),
            "customer_age": tf.constant(customers.age),
        }
        self._baskets = purchases.day_starts
        self._share_baskets = share_baskets
        self._recent_length = recent_length
        self._probabilities = tf.constant(probabilities, tf.float32)

    def with_probabilities(self, probabilities: np.ndarray) -> "ExampleGather":
        """Returns a copy with other sampling probabilities that shares the tables, which may take gigabytes.

        Args:
            probabilities: as in the constructor.
        """
        other = copy.copy(self)
        other._probabilities = tf.constant(probabilities, tf.float32)
        return other

    def __call__(self, positions: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the batch of some purchases.

        Args:
            positions: `[batch]` int32 positions in the purchases.

        Returns:
            For each example, `[batch, ...]`: the article inputs `article_index`, `article_categories`, `article_words`
            and `article_content`; `article_rows` and `customer_rows` int32; `sampling_probability` float32; and, if
            baskets are shared, `basket` int32, the row of its query inputs. Query inputs, `[baskets, ...]` if baskets
            are shared, else `[batch, ...]`: `query_days` int32, the day of the purchase; `customer_index`,
            `customer_categories`, `customer_age`, `recent_article_index` `[., recent_length]` int32 (newest first, -1
            is padding) and `recent_age_days` `[., recent_length]` float32.
        """
        purchases = self._purchases
        article_rows = tf.gather(purchases["article_rows"], positions)
        starts = tf.gather(purchases["day_starts"], positions)
        shared = {}
        if self._share_baskets:
            starts, shared["basket"] = tf.unique(starts)
        query_rows = tf.gather(purchases["customer_rows"], starts)
        before = starts[:, None] - 1 - tf.range(self._recent_length)[None, :]
        exists = before >= tf.gather(purchases["customer_starts"], starts)[:, None]
        before = tf.where(exists, before, 0)
        recent = tf.gather(self._articles["article_index"], tf.gather(purchases["article_rows"], before))
        query_days = tf.gather(purchases["days"], starts)
        age_days = query_days[:, None] - tf.gather(purchases["days"], before)
        return {
            **self._candidates(positions),
            **{name: tf.gather(table, article_rows) for name, table in self._articles.items()},
            **{name: tf.gather(table, query_rows) for name, table in self._customers.items()},
            **shared,
            "query_days": query_days,
            "recent_article_index": tf.where(exists, recent, -1),
            "recent_age_days": tf.cast(tf.where(exists, age_days, 0), tf.float32),
        }

    def share(self, positions: tf.Tensor, replica: tf.Tensor, replicas: int) -> dict[str, tf.Tensor]:
        """Returns the share of a replica in a batch.

        Args:
            positions: `[batch]` int32 positions of the whole batch; its size is known and divisible by `replicas`.
            replica: number of the replica, scalar integer.
            replicas: number of replicas.

        Returns:
            As from `__call__`, for the examples of the replica. Only `article_rows`, `customer_rows` and
            `sampling_probability` are of the whole batch, `[batch]`, with the replica's own examples first: the
            in-batch negatives come from all replicas.
        """
        size = positions.shape[0] // replicas
        own_first = tf.roll(positions, -tf.cast(replica, tf.int32) * size, axis=0)
        return {**self(own_first[:size]), **self._candidates(own_first)}

    def _candidates(self, positions: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns what the softmax reads of each candidate, `[batch]` each."""
        article_rows = tf.gather(self._purchases["article_rows"], positions)
        return {
            "article_rows": article_rows,
            "customer_rows": tf.gather(self._purchases["customer_rows"], positions),
            "sampling_probability": tf.gather(self._probabilities, article_rows),
        }

    def dataset(self, positions: np.ndarray, batch_size: int, seed: int | None) -> tf.data.Dataset:
        """Returns batches of examples. With a seed, whole baskets are shuffled, in a new order each iteration.

        Args:
            positions: `[m]` int32 positions in the purchases, ascending.
            batch_size: number of examples of a batch; without a seed the last batch may be smaller.
            seed: seed of the shuffling, or None for the given order.

        Returns:
            Dataset of the dictionaries of `__call__`.
        """
        full_batches = seed is not None and len(positions) >= batch_size
        count, batches_in = self._by_basket(positions, batch_size, full_batches)

        def batch(chosen):
            return self(tf.ensure_shape(chosen, [batch_size if full_batches else None]))

        batches = _orders(count, seed).flat_map(batches_in).map(batch, num_parallel_calls=tf.data.AUTOTUNE)
        return without_autotuning(batches.prefetch(tf.data.AUTOTUNE))

    def epochs(
        self,
        positions: np.ndarray,
        batch_size: int,
        *,
        seed: int,
        steps: int,
        first_epoch: int = 0,
        shares: Shares | None = None,
    ) -> tf.data.Dataset:
        """Returns batches of examples of endless epochs. The order of an epoch depends on seed and epoch alone.

        Args:
            positions: `[m]` int32 positions in the purchases, ascending, at least `batch_size`.
            batch_size: number of examples of a batch.
            seed: seed of the shuffling of whole baskets.
            steps: number of batches of an epoch.
            first_epoch: number of the epoch to begin with.
            shares: the shares of a worker; the share of each of its replicas is then an element, see `share`.

        Returns:
            Dataset of the dictionaries of `__call__`.
        """
        count, batches_in = self._by_basket(positions, batch_size, full_batches=True)

        def epoch(number):
            order = tf.random.experimental.stateless_shuffle(tf.range(count), seed=tf.stack([seed, number]))
            return batches_in(order).take(steps)

        def batch(chosen):
            return self(tf.ensure_shape(chosen, [batch_size]))

        chosen = tf.data.Dataset.counter(first_epoch).flat_map(epoch)
        if shares is None:
            batches = chosen.map(batch, num_parallel_calls=tf.data.AUTOTUNE)
        else:
            replicas = tf.data.Dataset.range(shares.first, shares.first + shares.local)

            def share(whole, replica):
                return self.share(tf.ensure_shape(whole, [batch_size]), replica, shares.total)

            split = chosen.flat_map(lambda whole: replicas.map(lambda replica: (whole, replica)))
            batches = split.map(share, num_parallel_calls=tf.data.AUTOTUNE)
        # Without a known end, TensorFlow would ask all workers before each batch whether they have one.
        endless = batches.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
        return without_autotuning(endless.prefetch(tf.data.AUTOTUNE))

    def _by_basket(self, positions: np.ndarray, batch_size: int, full_batches: bool):
        """Returns the number of baskets, and a function from their order `[baskets]` to a dataset of positions."""
        baskets = self._baskets[positions]
        starts = np.flatnonzero(np.r_[True, baskets[1:] != baskets[:-1]][: len(positions)]).astype(np.int32)
        count = len(starts)
        begins, ends = tf.constant(starts), tf.constant(np.r_[starts[1:], len(positions)][:count].astype(np.int32))
        all_positions = tf.constant(positions)

        def examples(chosen):
            spans = tf.ragged.range(tf.gather(begins, chosen), tf.gather(ends, chosen))
            return tf.gather(all_positions, spans.flat_values)

        def batches_in(order):
            pieces = tf.data.Dataset.range(0, count, _BASKETS_PER_PIECE).map(
                lambda first: order[first : first + _BASKETS_PER_PIECE]
            )
            return pieces.map(examples).rebatch(batch_size, drop_remainder=full_batches)

        return count, batches_in


def _orders(count: int, seed: int | None) -> tf.data.Dataset:
    """Returns a dataset with one element an epoch, `[count]` int32: a permutation if there is a seed, else a range.

    The permutation is one tensor. `Dataset.shuffle` would store each of millions of baskets in tensors of its own, and
    fill its buffer before it yields the first.
    """
    if seed is None:
        return tf.data.Dataset.from_tensors(tf.range(count))
    drawn = tf.data.Dataset.random(seed=seed, rerandomize_each_iteration=True).batch(2).take(1)
    return drawn.map(lambda key: tf.random.experimental.stateless_shuffle(tf.range(count), seed=key))
