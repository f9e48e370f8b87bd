"""Measures the towers on a week they were not trained on: FactorizedTopK over all articles, with ScaNN."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs

from models.retrieval.entities import ArticleTable
from models.retrieval.model import TwoTowerModel
from models.retrieval.purchases import ExampleGather
from models.retrieval.towers import Towers

KS = (12, 100, 200)
CURVE_KS = (1, 6, 12, 25, 50, 100, 200)
_BATCH = 4096
_MIN_TREE_ARTICLES = 2000


class TopKValidation(tf.keras.callbacks.Callback):
    """Adds `val_recall_at_<k>` to the logs after each epoch.

    Args:
        gather: builds batches of positions.
        positions: `[m]` int32 positions of the purchases of the validation week.
        articles: article table.
    """

    def __init__(self, gather: ExampleGather, positions: np.ndarray, articles: ArticleTable):
        super().__init__()
        self._gather = gather
        self._positions = positions
        self._articles = articles

    def on_epoch_end(self, epoch, logs=None):
        """Adds the figures to `logs`, so that early stopping and TensorBoard see them."""
        if logs is not None:
            logs.update(measure(self.model, self._gather, self._positions, self._articles))


def measure(
    model: TwoTowerModel,
    gather: ExampleGather,
    positions: np.ndarray,
    articles: ArticleTable,
    ks: Sequence[int] = KS,
) -> dict[str, float]:
    """Returns FactorizedTopK of purchases: `val_recall_at_<k>`, the share of articles among the k nearest.

    Args:
        model: model with the towers.
        gather: builds batches of positions.
        positions: `[m]` int32 positions of the purchases.
        articles: article table.
        ks: numbers of nearest articles; those above the number of articles are left out.
    """
    if not len(positions):
        return {f"val_recall_at_{k}": 0.0 for k in ks}
    embeddings = embed_all_articles(model.towers, articles)[:-1]
    ks = [k for k in ks if k <= len(embeddings)] or [len(embeddings)]
    index = _index(embeddings, max(ks))
    metric = tfrs.metrics.FactorizedTopK(candidates=index, ks=ks)
    for batch in gather.dataset(positions, _BATCH, seed=None):
        query, candidate = model.embed(batch)
        # Mirrored metrics can be updated on replicas only. All replicas get the same batch, so the mean is the same.
        arguments = (query, candidate, tf.cast(batch["article_rows"], tf.int32))
        tf.distribute.get_strategy().run(metric.update_state, arguments)
    return {f"val_recall_at_{k}": float(value) for k, value in zip(ks, metric.result(), strict=True)}


def embed_all_articles(towers: Towers, articles: ArticleTable) -> np.ndarray:
    """Embeds every row of the article table, including the unknown article; see `Towers.trained_index`.

    Args:
        towers: towers.
        articles: article table.

    Returns:
        `[articles + 1, embedding_dim]` float32.
    """
    parts = [
        towers.embed_articles(
            towers.trained_index(tf.constant(articles.article_index[start : start + _BATCH])),
            tf.constant(articles.categories[start : start + _BATCH]),
            tf.constant(articles.words[start : start + _BATCH]),
            tf.constant(articles.content[start : start + _BATCH]),
        ).numpy()
        for start in range(0, len(articles.article_index), _BATCH)
    ]
    return np.concatenate(parts)


def _index(embeddings: np.ndarray, k: int) -> tfrs.layers.factorized_top_k.TopK:
    rows = tf.range(len(embeddings), dtype=tf.int32)
    if len(embeddings) < _MIN_TREE_ARTICLES:
        return tfrs.layers.factorized_top_k.BruteForce(k=k).index(tf.constant(embeddings), rows)
    leaves = int(np.sqrt(len(embeddings)))
    index = tfrs.layers.factorized_top_k.ScaNN(
        k=k, num_leaves=leaves, num_leaves_to_search=max(1, leaves // 4), num_reordering_candidates=4 * k
    )
    return index.index(tf.constant(embeddings), rows)
