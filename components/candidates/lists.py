"""The training lists of one week: customers, their candidates, and which candidates they bought."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import tensorflow as tf

from models.recommender.recommender import Recommender
from models.tracing import traced_for

_BATCH = 256


@dataclasses.dataclass(frozen=True)
class Labels:
    """The purchases of a week.

    Attributes:
        customer_rows: `[n]` int32, distinct, ascending.
        offsets: `[n + 1]` int64, start of each customer in `article_rows`.
        article_rows: `[total]` int32, distinct and ascending for each customer.
    """

    customer_rows: np.ndarray
    offsets: np.ndarray
    article_rows: np.ndarray


def group_labels(table: pa.Table, limit: int, seed: int) -> Labels:
    """Groups purchases by customer.

    Args:
        table: columns `customer_row` and `article_row`, sorted by both.
        limit: maximum number of customers; more are sampled.
        seed: seed of the sampling.
    """
    customer_rows = table["customer_row"].to_numpy()
    article_rows = table["article_row"].to_numpy().astype(np.int32)
    distinct, starts = np.unique(customer_rows, return_index=True)
    offsets = np.append(starts, len(customer_rows)).astype(np.int64)
    labels = Labels(customer_rows=distinct.astype(np.int32), offsets=offsets, article_rows=article_rows)
    if len(distinct) > limit:
        return _take(labels, np.sort(np.random.default_rng(seed).choice(len(distinct), limit, replace=False)))
    return labels


def random_parts(labels: Labels, size: int, seed: int) -> Iterator[Labels]:
    """Yields the customers in random parts of at most `size`, each ascending. Parts before the last are random samples.

    Args:
        labels: purchases of the week.
        size: maximum number of customers of a part.
        seed: seed of the permutation.
    """
    count = len(labels.customer_rows)
    order = np.random.default_rng(seed).permutation(count)
    for start in range(0, max(count, 1), size):
        yield _take(labels, np.sort(order[start : start + size]))


def _take(labels: Labels, chosen: np.ndarray) -> Labels:
    """Returns the customers at some positions, which must be ascending."""
    lengths = np.diff(labels.offsets)[chosen]
    offsets = np.append(0, np.cumsum(lengths))
    positions = np.arange(offsets[-1]) + np.repeat(labels.offsets[chosen] - offsets[:-1], lengths)
    return Labels(
        customer_rows=labels.customer_rows[chosen], offsets=offsets, article_rows=labels.article_rows[positions]
    )


def candidate_lists(
    recommender: Recommender, labels: Labels, on_batch: Callable[[int], None] = lambda customers: None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finds the candidates of each customer, whether they were bought, and the channels that proposed them.

    Args:
        recommender: recommender of the week.
        labels: purchases of the week.
        on_batch: called with the number of customers of each batch.

    Returns:
        Article rows `[n, max_candidates]` int32, padded with the number of articles; whether each was bought,
        `[n, max_candidates]` bool; and bits of its channels, as in `Candidates`, `[n, max_candidates]` int32.
    """

    def propose(customer_rows):
        candidates = recommender.candidates(recommender.query(customer_rows))
        return candidates.article_rows, candidates.channel_bits

    size = recommender.config.max_candidates
    starts = range(0, len(labels.customer_rows), _BATCH)
    propose = traced_for(len(starts), propose, [tf.TensorSpec([None], tf.int32)])
    parts = []
    for start in starts:
        parts.append([part.numpy() for part in propose(tf.constant(labels.customer_rows[start : start + _BATCH]))])
        on_batch(len(parts[-1][0]))
    rows, bits = map(np.concatenate, zip(*parts, strict=True)) if parts else (np.zeros((0, size), np.int32),) * 2
    return rows, _bought(rows, labels, recommender.state.num_articles), bits


def random_lists(labels: Labels, num_articles: int, per_positive: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Builds lists of the articles each customer bought and `per_positive` random articles for each of them.

    Args:
        labels: purchases of the week.
        num_articles: number of articles.
        per_positive: number of random articles for each article bought.
        seed: seed of the draw.

    Returns:
        Article rows and whether each was bought, as from `candidate_lists`.
    """
    draw = np.random.default_rng(seed)
    counts = np.diff(labels.offsets)
    width = int(counts.max(initial=1)) * (1 + per_positive)
    rows = np.full((len(counts), width), num_articles, np.int32)
    for i, count in enumerate(counts):
        positives = labels.article_rows[labels.offsets[i] : labels.offsets[i + 1]]
        others = np.setdiff1d(draw.integers(0, num_articles, count * per_positive, dtype=np.int32), positives)
        rows[i, :count] = positives
        rows[i, count : count + len(others)] = draw.permutation(others)
    return rows, _bought(rows, labels, num_articles)


def recall(bought: np.ndarray, labels: Labels) -> float:
    """Returns the mean share of a customer's purchases that are candidates, in [0, 1].

    Args:
        bought: `[n, width]` bool, whether each candidate was bought.
        labels: purchases of the same customers.
    """
    counts = np.diff(labels.offsets)
    return float(np.mean(bought.sum(axis=1) / counts)) if len(counts) else 0.0


def as_table(day: int, customer_rows: np.ndarray, article_rows: np.ndarray, bought: np.ndarray, pad: int) -> pa.Table:
    """Converts the lists that hold a positive to a table.

    Args:
        day: first day of the list week.
        customer_rows: `[n]` int32.
        article_rows: `[n, width]` int32, padded.
        bought: `[n, width]` bool.
        pad: number of articles.

    Returns:
        Columns `day`, `customer_row`, `article_rows` and `labels` (lists of int64, without padding).
    """
    keep = bought.any(axis=1)
    rows, bought, customer_rows = article_rows[keep], bought[keep], customer_rows[keep]
    real = rows < pad
    offsets = pa.array(np.append(0, np.cumsum(real.sum(axis=1))), pa.int32())
    return pa.table(
        {
            "day": pa.array(np.full(len(rows), day), pa.int64()),
            "customer_row": pa.array(customer_rows, pa.int64()),
            "article_rows": pa.ListArray.from_arrays(offsets, pa.array(rows[real], pa.int64())),
            "labels": pa.ListArray.from_arrays(offsets, pa.array(bought[real].astype(np.int64))),
        }
    )


def sample(table: pa.Table, limit: int, seed: int) -> pa.Table:
    """Samples at most `limit` lists and keeps their order.

    Args:
        table: lists, one a row.
        limit: maximum number of lists.
        seed: seed of the sampling.

    >>> sample(pa.table({"customer_row": [1, 2, 3]}), 3, seed=0)["customer_row"].to_pylist()
    [1, 2, 3]
    """
    if table.num_rows <= limit:
        return table
    return table.take(np.sort(np.random.default_rng(seed).choice(table.num_rows, limit, replace=False)))


def _bought(article_rows: np.ndarray, labels: Labels, num_articles: int) -> np.ndarray:
    """Returns whether each customer bought each article of `article_rows` `[n, width]`: `[n, width]` bool."""
    size = num_articles + 1
    number = np.repeat(np.arange(len(labels.customer_rows), dtype=np.int64), np.diff(labels.offsets))
    wanted = number * size + labels.article_rows
    keys = np.arange(len(article_rows), dtype=np.int64)[:, None] * size + article_rows
    return np.isin(keys, wanted) & (article_rows < num_articles)
