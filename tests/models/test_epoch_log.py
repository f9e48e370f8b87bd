"""Progress within a training, and the total after early stopping."""

import logging

import pytest
import tensorflow as tf

from models.epoch_log import EpochLog
from transforms.progress import Progress


class StopAfter(tf.keras.callbacks.Callback):
    def __init__(self, epochs):
        super().__init__()
        self.epochs = epochs

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = epoch + 1 == self.epochs


@pytest.fixture
def train():
    """Returns a function that trains on 22 examples in batches of 4 and returns the progress."""

    def fit(epochs, stopped_after=None):
        progress = Progress("towers", "examples", 22 * epochs)
        model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        model.compile(optimizer=tf.keras.optimizers.legacy.SGD(0.1), loss="mse")
        rows = tf.data.Dataset.from_tensor_slices((tf.ones([22, 3]), tf.ones([22, 1]))).batch(4, drop_remainder=True)
        callbacks = [EpochLog("towers, week 0", 22, 4, progress), StopAfter(stopped_after)]
        model.fit(rows, epochs=epochs, callbacks=callbacks, verbose=0)
        return progress.mark

    return fit


def test_every_batch_of_every_epoch_is_counted(train):
    assert (train(3).done, train(3).total) == (60, 60)


def test_skipped_epochs_are_removed_from_the_total(train):
    mark = train(5, stopped_after=2)
    assert (mark.done, mark.total) == (40, 40)


def test_each_epoch_logs_a_line_with_its_losses(train, caplog):
    caplog.set_level(logging.INFO)
    train(2)
    lines = [record.getMessage() for record in caplog.records if "epoch" in record.getMessage()]
    assert [line.partition(":")[0] for line in lines] == ["towers, week 0, epoch 1", "towers, week 0, epoch 2"]
    assert all(line.endswith("examples/s") for line in lines)
