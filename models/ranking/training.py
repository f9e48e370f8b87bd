"""Fits the ranking network to lists."""

import math

import tensorflow as tf

from models.epoch_log import EpochLog
from models.input_pipeline import steady
from models.ranking.config import RankingConfig
from models.ranking.lists import Lists, moments
from models.ranking.model import RankingModel
from models.ranking.network import RankingNetwork
from transforms.progress import Progress


def fit(
    network: RankingNetwork, lists: Lists, config: RankingConfig, *, logs: str, backup: str, what: str = "ranking"
) -> list[float]:
    """Fits the constants of the standardisation, then trains.

    Args:
        network: fresh.
        lists: of all list weeks.
        config: settings.
        what: is trained, for the log.
        logs: folder for TensorBoard.
        backup: folder of the running backup, from which a killed training goes on.

    Returns:
        The loss after each epoch.
    """
    tf.keras.utils.set_random_seed(config.seed)
    mean, deviation = moments(lists)
    network.mean.assign(mean)
    network.deviation.assign(deviation)
    count = len(lists.labels)
    batch = min(config.batch_lists, count)
    epochs = max(config.epochs, math.ceil(config.min_steps / (count // batch)))
    steps = epochs * (count // batch)
    model = RankingModel(network, config.loss)
    rate = tf.keras.optimizers.schedules.CosineDecay(config.learning_rate, steps)
    model.compile(optimizer=tf.keras.optimizers.legacy.Adam(rate))
    gather = _Gather(lists)
    batches = steady(
        tf.data.Dataset.from_tensor_slices({"positions": tf.range(count)})
        .shuffle(count, seed=config.seed, reshuffle_each_iteration=True)
        .batch(batch, drop_remainder=True)
        .map(gather, num_parallel_calls=tf.data.AUTOTUNE)
        .prefetch(tf.data.AUTOTUNE)
    )
    callbacks = [
        tf.keras.callbacks.TensorBoard(logs, profile_batch=0),
        tf.keras.callbacks.BackupAndRestore(backup),
    ]
    with Progress(what, "lists", epochs * count) as progress:
        told = EpochLog(what, count, batch, progress)
        try:
            history = model.fit(batches, epochs=epochs, callbacks=[*callbacks, told], verbose=0)
        finally:
            gather.forget()
    return [float(loss) for loss in history.history.get("total_loss", [])]


def mean_loss(network: RankingNetwork, lists: Lists, config: RankingConfig) -> float:
    """The loss of the network's scores, mean over lists."""
    model = RankingModel(network, config.loss)
    total = 0.0
    for start in range(0, len(lists.labels), config.batch_lists):
        part = slice(start, start + config.batch_lists)
        batch = {"features": tf.constant(lists.features[part]), "labels": tf.constant(lists.labels[part])}
        total += float(model.compute_loss(batch)) * len(lists.labels[part])
    return total / len(lists.labels)


class _Gather:
    """Takes the lists of a batch out of memory that TensorFlow does not copy into the graph.

    TensorFlow never lets go of a function it was given; `forget` lets go of the lists, which are gigabytes.
    """

    def __init__(self, lists: Lists):
        self._lists = lists

    def forget(self):
        del self._lists

    def __call__(self, batch):
        features, labels = tf.numpy_function(self._take, [batch["positions"]], (tf.float32, tf.float32))
        features.set_shape([None, *self._lists.features.shape[1:]])
        labels.set_shape([None, self._lists.labels.shape[1]])
        return {"features": features, "labels": labels}

    def _take(self, positions):
        return self._lists.features[positions], self._lists.labels[positions]
