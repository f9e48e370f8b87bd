"""Trains a model on the first part of a split and chooses its epoch on the second part."""

import dataclasses

import numpy as np
import tensorflow as tf

from benchmarks.quality.time_split.config import TimeSplitConfig
from benchmarks.quality.time_split.model import JointModel
from benchmarks.quality.time_split.split import TimeSplit
from models.retrieval.optimizers import build_optimizer
from models.retrieval.purchases import ExampleGather
from models.retrieval.stages import gather_examples
from models.retrieval.towers import Towers
from models.retrieval.transformed import TrainingData
from models.retrieval.validation import TopKValidation

MONITORED = "val_recall_at_12"


@dataclasses.dataclass(frozen=True)
class Trained:
    """A trained model.

    Attributes:
        model: the model with the weights of the best epoch.
        gather: builds the batches that the model embeds.
        sold: `[m]` int32 rows of the articles sold in the training part.
        epoch: number of the best epoch, from 1.
        chosen_by: its figure on the second part, `MONITORED`.
    """

    model: JointModel
    gather: ExampleGather
    sold: np.ndarray
    epoch: int
    chosen_by: float


def train(data: TrainingData, split: TimeSplit, config: TimeSplitConfig) -> Trained:
    """Trains one model. Purchases of the judged part have no influence.

    Args:
        data: tables and purchases.
        split: the parts.
        config: settings.
    """
    tf.keras.utils.set_random_seed(config.retrieval.seed)
    purchases, retrieval = data.purchases, config.retrieval
    known = split.train_positions(purchases)
    towers = Towers(retrieval, data.sizes)
    towers.build_all()
    sold = np.unique(purchases.article_rows[known])
    towers.mark_trained(sold)
    model = JointModel(towers, config, data.articles, sold)
    model.compile(optimizer=build_optimizer(retrieval))
    gather = gather_examples(data, retrieval, known)
    count = min(len(known), retrieval.pass_examples)
    batch_size = min(retrieval.batch_size, count)
    batches = gather.dataset(known, batch_size, seed=retrieval.seed).take(count // batch_size)
    chosen_on = _sample(split.choose_positions(purchases), retrieval.validation_queries, retrieval.seed)
    best = tf.keras.callbacks.EarlyStopping(
        MONITORED, mode="max", patience=retrieval.patience, restore_best_weights=True
    )
    validation = TopKValidation(gather, chosen_on, data.articles)
    history = model.fit(batches, epochs=retrieval.epochs, callbacks=[validation, best], verbose=0)
    model.set_weights(best.best_weights)  # Keras restores them only if it stopped before the last epoch
    by_epoch = history.history[MONITORED]
    return Trained(model, gather, sold, int(np.argmax(by_epoch)) + 1, float(max(by_epoch)))


def _sample(positions: np.ndarray, limit: int, seed: int) -> np.ndarray:
    if len(positions) <= limit:
        return positions
    return np.sort(np.random.default_rng(seed).choice(positions, limit, replace=False))
