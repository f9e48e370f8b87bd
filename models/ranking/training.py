"""Trains the ranking network on lists."""

import math

import tensorflow as tf

from models.epoch_log import EpochLog
from models.input_pipeline import without_autotuning
from models.ranking.config import RankingConfig
from models.ranking.lists import Lists, moments
from models.ranking.model import RankingModel
from models.ranking.network import RankingNetwork
from models.ranking.validation_loss import ValidationLoss
from transforms.progress import Progress


def fit(
    network: RankingNetwork,
    lists: Lists,
    config: RankingConfig,
    *,
    logs: str,
    backup: str,
    what: str = "ranking",
    validation: Lists | None = None,
) -> list[float]:
    """Sets the constants of the standardisation and trains the network.

    Args:
        network: network with initial weights.
        lists: lists of all list weeks.
        config: settings of the training.
        what: name of the training in logs and progress.
        logs: folder of TensorBoard's logs.
        backup: folder of the backup from which an interrupted training continues.
        validation: lists, at least one, whose loss is written to the logs after each epoch; it decides nothing. None
            for no such loss.

    Returns:
        The loss of each epoch.
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
    batches = without_autotuning(
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
    if validation is not None:
        callbacks.append(ValidationLoss(logs, lambda: mean_loss(network, validation, config)))
    with Progress(what, "lists", epochs * count) as progress:
        epoch_log = EpochLog(what, count, batch, progress)
        try:
            history = model.fit(batches, epochs=epochs, callbacks=[*callbacks, epoch_log], verbose=0)
        finally:
            gather.release()
    return [float(loss) for loss in history.history.get("total_loss", [])]


def mean_loss(network: RankingNetwork, lists: Lists, config: RankingConfig) -> float:
    """Returns the mean loss over lists.

    Args:
        network: trained network.
        lists: lists with labels, at least one.
        config: settings with the loss and the batch size.
    """
    model = RankingModel(network, config.loss)
    total = 0.0
    for start in range(0, len(lists.labels), config.batch_lists):
        part = slice(start, start + config.batch_lists)
        batch = {"features": tf.constant(lists.features[part]), "labels": tf.constant(lists.labels[part])}
        total += float(model.compute_loss(batch)) * len(lists.labels[part])
    return total / len(lists.labels)


class _Gather:
    """Gathers the lists of a batch from NumPy arrays, which TensorFlow does not copy into the graph.

    TensorFlow keeps Python functions of a graph forever; `release` frees the lists, which may take gigabytes.
    """

    def __init__(self, lists: Lists):
        self._lists = lists

    def release(self):
        """Frees the lists."""
        del self._lists

    def __call__(self, batch):
        features, labels = tf.numpy_function(self._take, [batch["positions"]], (tf.float32, tf.float32))
        features.set_shape([None, *self._lists.features.shape[1:]])
        labels.set_shape([None, self._lists.labels.shape[1]])
        return {"features": features, "labels": labels}

    def _take(self, positions):
        return self._lists.features[positions], self._lists.labels[positions]
