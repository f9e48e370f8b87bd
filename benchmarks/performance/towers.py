"""Trains retrieval in two ways on the same purchases: `python -m benchmarks.performance.towers SPEC TO`.

`ours` is `models.retrieval` with ids only. `notebook` is the way of TensorFlow Recommenders' tutorials: string ids
through StringLookup and Embedding, `tfrs.tasks.Retrieval`, and `model.fit` on a cached, shuffled and batched dataset.
Both train on the purchases of week 0 before its last week, with Adagrad at the learning rate of the tutorials and
without metrics. Recall is computed afterwards by exact search, on the same purchases of that last week.
"""

import dataclasses
import json
import pathlib
import statistics
import sys
import time
from typing import Any

import numpy as np

from lookbook.environment import prepare_tensorflow

WAYS = ("ours", "notebook")
K = 100
_PRESET = "ids-only"
_SHUFFLED = 100_000  # as in the tutorials


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spec:
    """One training.

    Attributes:
        way: `ours` or `notebook`.
        transformed: folder of the transformed examples.
        content: file of the articles' content vectors.
        graph: folder of Transform's graph.
        batch_size: examples in a step.
        epochs: passes over the purchases.
        label_days: length of the validation week, in days.
    """

    way: str
    transformed: str
    content: str
    graph: str
    batch_size: int
    epochs: int
    label_days: int


def train(spec: Spec) -> dict[str, Any]:
    """Trains the towers.

    Args:
        spec: the training.

    Returns:
        Figures: `examples_per_s` is the median over epochs, `val_recall_at_100` the recall after the last epoch.
    """
    import tensorflow as tf
    import tensorflow_transform as tft

    from models.retrieval.config import RetrievalConfig
    from models.retrieval.transformed import read_training_data
    from pipeline.config import load_config

    config: RetrievalConfig = load_config(_PRESET, [f"retrieval.batch_size={spec.batch_size}"]).retrieval
    transform = tft.TFTransformOutput(spec.graph)
    files = [f"{spec.transformed}/Split-{split}/*" for split in _SPLITS]
    data = read_training_data(files, transform, pathlib.Path(spec.content))
    purchases = data.purchases
    before = purchases.weeks == 0
    first_validation_day = int(purchases.days[before].max()) - spec.label_days + 1
    fresh = before & (purchases.days >= first_validation_day)
    old = purchases.positions(before & ~fresh)
    judged = _sample(purchases.positions(fresh), config.validation_queries, config.seed)
    tf.keras.utils.set_random_seed(config.seed)
    clock = _clock()
    fit = {"ours": _ours, "notebook": _notebook}[spec.way]
    queries, articles = fit(data, transform, config, old, judged, spec, clock)
    epochs_s = np.diff(clock.at_s)
    return {
        "examples": len(old),
        "queries": len(judged),
        "dim": config.embedding_dim,
        "epochs": spec.epochs,
        "examples_per_s": statistics.median(len(old) / epochs_s),
        f"val_recall_at_{K}": recall(queries, articles, purchases.article_rows[judged]),
    }


def recall(queries: np.ndarray, articles: np.ndarray, truth: np.ndarray, k: int = K) -> float:
    """Share of the queries whose article is among the k articles with the largest inner product.

    Args:
        queries: `[m, dim]` float32.
        articles: `[n, dim]` float32.
        truth: `[m]` rows of articles.
        k: number of articles.
    """
    found = 0
    for start in range(0, len(queries), 512):
        part = slice(start, start + 512)
        scores = queries[part] @ articles.T
        own = np.take_along_axis(scores, truth[part, None], axis=1)
        found += int(((scores > own).sum(axis=1) < k).sum())
    return found / len(queries)


_SPLITS = ("articles", "customers", "purchases")


def _ours(data, transform, config, old, judged, spec, clock):
    del transform
    from models.retrieval.model import TwoTowerModel
    from models.retrieval.optimizers import build_optimizer
    from models.retrieval.purchases import ExampleGather
    from models.retrieval.stages import sampling_probabilities
    from models.retrieval.towers import Towers
    from models.retrieval.validation import embed_all_articles

    towers = Towers(config, data.sizes)
    towers.build_all()
    towers.mark_trained(data.purchases.article_rows[old])
    model = TwoTowerModel(towers)
    model.compile(build_optimizer(config))
    share = sampling_probabilities(data, old)
    # No recent purchases, because the towers use ids only.
    gather = ExampleGather(data.purchases, data.articles, data.customers, 0, share)
    model.fit(gather.dataset(old, config.batch_size, config.seed), epochs=spec.epochs, callbacks=[clock], verbose=0)
    queries = [model.embed(batch)[0].numpy() for batch in gather.dataset(judged, config.batch_size, seed=None)]
    return np.concatenate(queries), embed_all_articles(towers, data.articles)[:-1]


def _notebook(data, transform, config, old, judged, spec, clock):
    import tensorflow as tf
    import tensorflow_recommenders as tfrs

    from transforms import columns
    from transforms import features as f

    customer_ids, article_ids = (
        np.array(transform.vocabulary_by_name(f.vocabulary_name(key)))
        for key in (columns.CUSTOMER_ID, columns.ARTICLE_ID)
    )

    def tower(ids):
        lookup = tf.keras.layers.StringLookup(vocabulary=ids, mask_token=None)
        return tf.keras.Sequential([lookup, tf.keras.layers.Embedding(len(ids) + 1, config.embedding_dim)])

    class Model(tfrs.Model):
        def __init__(self):
            super().__init__()
            self.query, self.candidate = tower(customer_ids), tower(article_ids)
            self.task = tfrs.tasks.Retrieval()

        def compute_loss(self, features, training=False):
            query, candidate = self.query(features["customer_id"]), self.candidate(features["article_id"])
            return self.task(query, candidate, compute_metrics=False)

    bought = {
        "customer_id": customer_ids[data.purchases.customer_rows[old]],
        "article_id": article_ids[data.purchases.article_rows[old]],
    }
    batches = tf.data.Dataset.from_tensor_slices(bought).shuffle(_SHUFFLED).batch(spec.batch_size).cache()
    model = Model()
    model.compile(optimizer=tf.keras.optimizers.Adagrad(learning_rate=config.learning_rate))
    model.fit(batches, epochs=spec.epochs, callbacks=[clock], verbose=0)
    queries = model.query(tf.constant(customer_ids[data.purchases.customer_rows[judged]])).numpy()
    return queries, model.candidate(tf.constant(article_ids)).numpy()


def _clock():
    import tensorflow as tf

    class Clock(tf.keras.callbacks.Callback):
        """Records the start of training and the end of each epoch."""

        def __init__(self):
            super().__init__()
            self.at_s: list[float] = []

        def on_train_begin(self, logs=None):
            self.at_s.append(time.monotonic())

        def on_epoch_end(self, epoch, logs=None):
            self.at_s.append(time.monotonic())

    return Clock()


def _sample(positions, size, seed):
    if len(positions) > size:
        positions = np.random.default_rng(seed).choice(positions, size, replace=False)
    return np.sort(positions)


def main() -> None:
    """Trains the spec of the first argument and writes the figures to the file of the second, as JSON."""
    prepare_tensorflow()
    spec = Spec(**json.loads(sys.argv[1]))
    figures = train(spec)
    pathlib.Path(sys.argv[2]).write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
