"""The training lists of one week: customers, their candidates, and which of these they bought."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import tensorflow as tf

from models.recommender.recommender import Recommender

_BATCH = 256


@dataclasses.dataclass(frozen=True)
class Labels:
    """What was bought in a week.

    Attributes:
        customers: `[n]` int32 distinct customer rows, ascending.
        offsets: `[n + 1]` int64 into `articles`.
        articles: `[total]` int32 distinct article rows of each customer, ascending.
    """

    customers: np.ndarray
    offsets: np.ndarray
    articles: np.ndarray


def group_labels(table: pa.Table, limit: int, seed: int) -> Labels:
    """Groups (customer_row, article_row), sorted, by customer; samples `limit` customers where there are more."""
    customers = table["customer_row"].to_numpy()
    articles = table["article_row"].to_numpy().astype(np.int32)
    distinct, starts = np.unique(customers, return_index=True)
    labels = Labels(distinct.astype(np.int32), np.append(starts, len(customers)).astype(np.int64), articles)
    if len(distinct) > limit:
        return _take(labels, np.sort(np.random.default_rng(seed).choice(len(distinct), limit, replace=False)))
    return labels


def parts(labels: Labels, size: int, seed: int) -> Iterator[Labels]:
    """The customers in random parts of at most `size`, each ascending: the parts before the last are random samples."""
    count = len(labels.customers)
    order = np.random.default_rng(seed).permutation(count)
    for start in range(0, max(count, 1), size):
        yield _take(labels, np.sort(order[start : start + size]))


def _take(labels: Labels, chosen: np.ndarray) -> Labels:
    """Those of the customers, by their positions, ascending."""
    lengths = np.diff(labels.offsets)[chosen]
    offsets = np.append(0, np.cumsum(lengths))
    places = np.arange(offsets[-1]) + np.repeat(labels.offsets[chosen] - offsets[:-1], lengths)
    return Labels(customers=labels.customers[chosen], offsets=offsets, articles=labels.articles[places])


def candidate_lists(
    recommender: Recommender, labels: Labels, on_batch: Callable[[int], None] = lambda customers: None
) -> tuple[np.ndarray, np.ndarray]:
    """What the channels propose to each customer, and whether it was bought.

    Args:
        recommender: of the week.
        labels: of the week.
        on_batch: told the number of customers of each batch once it is done.

    Returns:
        rows `[n, max_candidates]` int32, padded with the number of articles, and bought `[n, max_candidates]` bool.
    """

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)], autograph=False)
    def propose(customers):
        return recommender.candidates(recommender.query(customers)).rows

    size = recommender.config.max_candidates
    parts = []
    for start in range(0, len(labels.customers), _BATCH):
        parts.append(propose(tf.constant(labels.customers[start : start + _BATCH])).numpy())
        on_batch(len(parts[-1]))
    rows = np.concatenate(parts) if parts else np.zeros((0, size), np.int32)
    return rows, _bought(rows, labels, recommender.state.articles)


def random_lists(labels: Labels, articles: int, per_positive: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """What each customer bought and `per_positive` random articles for each; shapes as in `candidate_lists`."""
    draw = np.random.default_rng(seed)
    counts = np.diff(labels.offsets)
    width = int(counts.max(initial=1)) * (1 + per_positive)
    rows = np.full((len(counts), width), articles, np.int32)
    for i, count in enumerate(counts):
        positives = labels.articles[labels.offsets[i] : labels.offsets[i + 1]]
        others = np.setdiff1d(draw.integers(0, articles, count * per_positive, dtype=np.int32), positives)
        rows[i, :count] = positives
        rows[i, count : count + len(others)] = draw.permutation(others)
    return rows, _bought(rows, labels, articles)


def recall(bought: np.ndarray, labels: Labels) -> float:
    """Mean share of a customer's purchases that are among the candidates, in [0, 1]."""
    counts = np.diff(labels.offsets)
    return float(np.mean(bought.sum(axis=1) / counts)) if len(counts) else 0.0


def as_table(day: int, customers: np.ndarray, rows: np.ndarray, bought: np.ndarray, pad: int) -> pa.Table:
    """Lists that hold a positive, as a table: `day`, `customer_row`, `article_rows`, `labels`; padding is left out."""
    keep = bought.any(axis=1)
    rows, bought, customers = rows[keep], bought[keep], customers[keep]
    real = rows < pad
    offsets = pa.array(np.append(0, np.cumsum(real.sum(axis=1))), pa.int32())
    return pa.table(
        {
            "day": pa.array(np.full(len(rows), day), pa.int64()),
            "customer_row": pa.array(customers, pa.int64()),
            "article_rows": pa.ListArray.from_arrays(offsets, pa.array(rows[real], pa.int64())),
            "labels": pa.ListArray.from_arrays(offsets, pa.array(bought[real].astype(np.int64))),
        }
    )


def sample(table: pa.Table, limit: int, seed: int) -> pa.Table:
    """At most `limit` of the lists, drawn at random, in their order.

    >>> sample(pa.table({"customer_row": [1, 2, 3]}), 3, seed=0)["customer_row"].to_pylist()
    [1, 2, 3]
    """
    if table.num_rows <= limit:
        return table
    return table.take(np.sort(np.random.default_rng(seed).choice(table.num_rows, limit, replace=False)))


def _bought(rows: np.ndarray, labels: Labels, articles: int) -> np.ndarray:
    """Whether each (customer, article) of `rows` is in the labels: `[n, width]` bool."""
    size = articles + 1
    number = np.repeat(np.arange(len(labels.customers), dtype=np.int64), np.diff(labels.offsets))
    wanted = number * size + labels.articles
    keys = np.arange(len(rows), dtype=np.int64)[:, None] * size + rows
    return np.isin(keys, wanted) & (rows < articles)
