"""Precision, recall and NDCG at several k for each customer, and figures on sampled negatives."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from benchmarks.quality.arithmetic import counts, on_sampled, roc_auc, rounded
from benchmarks.quality.time_split.model import JointModel
from benchmarks.quality.time_split.queries import Queries
from models.metrics import hit_matrix, ndcg, precision, recall
from models.retrieval.purchases import ExampleGather

KS = (5, 10, 12)
METRICS = tuple(f"{name}_at_{k}" for name in ("precision", "recall", "ndcg") for k in KS)
_BATCH = 512


def figures(lists: Sequence[Sequence[int]], asked: Queries) -> dict[str, list[float]]:
    """`METRICS` of each customer, in the order of customers, with six digits. A customer's queries are averaged.

    Args:
        lists: recommended article rows of each query, best first.
        asked: the queries.
    """
    number = counts(asked.bought)
    _, of_customer = np.unique(asked.customers, return_inverse=True)
    of_queries = {}
    for k in KS:
        hits = hit_matrix(lists, asked.bought, k)
        of_queries |= {
            f"precision_at_{k}": precision(hits),
            f"recall_at_{k}": recall(hits, number),
            f"ndcg_at_{k}": ndcg(hits, number),
        }
    times = np.bincount(of_customer)
    return {name: rounded(np.bincount(of_customer, of_queries[name]) / times) for name in METRICS}


def sampled_figures(
    model: JointModel, gather: ExampleGather, asked: Queries, sold: np.ndarray, seed: int
) -> dict[str, float]:
    """Separates purchases from random articles: a task without a list.

    Args:
        model: trained model.
        gather: builds batches of positions.
        asked: queries; for each purchase `negatives_per_positive` other articles are drawn.
        sold: `[m]` int rows of the articles to draw from.
        seed: seed of the draw.

    Returns:
        `auc`; with a ranker also `precision` and `recall` at a probability of one half.
    """
    draw = np.random.default_rng(seed)
    queries, rows, positive = [], [], []
    for query, bought in enumerate(asked.bought):
        others = draw.choice(sold, len(bought) * model.settings.negatives_per_positive)
        others = others[~np.isin(others, list(bought))]
        rows += [*bought, *others]
        positive += [True] * len(bought) + [False] * len(others)
        queries += [query] * (len(bought) + len(others))
    distinct, place = np.unique(rows, return_inverse=True)
    candidates = tf.gather(model.embed_rows(tf.constant(distinct, tf.int32)), place)
    parts = [asked.positions[start : start + _BATCH] for start in range(0, len(asked.positions), _BATCH)]
    query = tf.gather(tf.concat([model.embed(gather(tf.constant(part)))[0] for part in parts], axis=0), queries)
    labels = np.array(positive)
    if model.ranker is None:
        return {"auc": roc_auc(tf.reduce_sum(query * candidates, axis=1).numpy(), labels)}
    logits = model.rank(query, candidates[:, None])[:, 0]
    return on_sampled(logits.numpy(), labels, np.ones(len(labels), bool))
