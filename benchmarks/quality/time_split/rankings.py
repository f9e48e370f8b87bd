"""Recommendations for the queries, by a trained model or by counts of purchases before the judged part."""

import collections

import numpy as np
import tensorflow as tf

from benchmarks.quality.time_split.model import JointModel
from benchmarks.quality.time_split.queries import Queries
from benchmarks.quality.time_split.split import TimeSplit
from models.retrieval.entities import ArticleTable
from models.retrieval.purchases import ExampleGather, Purchases
from models.retrieval.validation import embed_all_articles

K = 12
POPULAR_DAYS = 28
Lists = dict[str, list[list[int]]]
_BATCH = 512


def of_model(
    model: JointModel, gather: ExampleGather, articles: ArticleTable, asked: Queries, exclude_past: bool
) -> Lists:
    """Ranks the whole catalogue for each query.

    Args:
        model: trained model.
        gather: builds batches of positions.
        articles: article table.
        asked: the queries.
        exclude_past: whether articles that the customer bought before are left out.

    Returns:
        For each query at most `K` article rows, best first. `towers`: by inner product. `ranker`: the nearest articles
        in the order of the ranker, if there is one.
    """
    embedded = embed_all_articles(model.towers, articles)[:-1]
    nearest = min(model.settings.ranked, len(embedded))

    @tf.function(autograph=False, reduce_retracing=True)
    def rank(batch, excluded):
        query, _ = model.embed(batch)
        scores = tf.matmul(query, embedded, transpose_b=True)
        scores = tf.tensor_scatter_nd_update(scores, excluded, tf.fill(tf.shape(excluded)[:1], -np.inf))
        found, rows = tf.math.top_k(scores, nearest)
        orders = {"towers": found}
        if model.ranker is not None:
            logits = model.rank(query, tf.gather(embedded, rows))
            orders["ranker"] = tf.where(tf.math.is_finite(found), logits, -np.inf)
        return {name: _best(rows, order) for name, order in orders.items()}

    lists: Lists = collections.defaultdict(list)
    for start in range(0, len(asked.positions), _BATCH):
        past = [sorted(each) if exclude_past else [] for each in asked.past[start : start + _BATCH]]
        excluded = np.array([(i, row) for i, each in enumerate(past) for row in each], np.int32).reshape(-1, 2)
        batch = gather(tf.constant(asked.positions[start : start + _BATCH]))
        for name, (rows, real) in rank(batch, tf.constant(excluded)).items():
            pairs = zip(rows.numpy(), real.numpy(), strict=True)
            lists[name] += [each[kept].tolist() for each, kept in pairs]
    return dict(lists)


def _best(rows: tf.Tensor, scores: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The `K` rows with the highest scores, and whether each is real: its score is finite."""
    best, places = tf.math.top_k(scores, min(K, scores.shape[1]))
    return tf.gather(rows, places, batch_dims=1), tf.math.is_finite(best)


def simple(purchases: Purchases, split: TimeSplit, asked: Queries, articles: int, exclude_past: bool) -> Lists:
    """Ranks by counts of purchases.

    Args:
        purchases: all purchases; those of the judged part are read for a customer's own past only.
        split: the parts.
        asked: the queries.
        articles: number of articles.
        exclude_past: whether articles that the customer bought before are left out.

    Returns:
        For each query at most `K` article rows, best first. `popular_train`: most bought in the training part.
        `popular`: most bought in the `POPULAR_DAYS` before the judged part. `own`: bought by the customer on most days
        before the query, of equals the latest, then `popular`; only if the past is not left out.
    """
    days, rows = purchases.days, purchases.article_rows
    counted = {
        "popular_train": np.bincount(rows[days < split.choose], minlength=articles),
        "popular": np.bincount(rows[(days >= split.judged - POPULAR_DAYS) & (days < split.judged)], minlength=articles),
    }
    orders = {name: np.argsort(-counts, kind="stable").tolist() for name, counts in counted.items()}
    without = [past if exclude_past else set() for past in asked.past]
    lists = {name: [_first(order, left_out) for left_out in without] for name, order in orders.items()}
    if not exclude_past:
        lists["own"] = []
        for position in asked.positions:
            before = rows[purchases.customer_starts[position] : purchases.day_starts[position]].tolist()
            own = [row for row, _ in collections.Counter(reversed(before)).most_common(K)]
            lists["own"].append((own + _first(orders["popular"], set(own)))[:K])
    return lists


def _first(order: list[int], left_out: set[int]) -> list[int]:
    kept = []
    for row in order:
        if row not in left_out:
            kept.append(row)
        if len(kept) == K:
            break
    return kept
