"""A Keras callback that measures a loss after each epoch and writes it beside TensorBoard's own curves."""

from collections.abc import Callable

import tensorflow as tf

FOLDER, TAG = "validation", "epoch_total_loss"  # where TensorBoard's callback writes those of validation data


class ValidationLoss(tf.keras.callbacks.Callback):
    """Writes what `measure` returns after each epoch. It decides nothing, so the weights are the same without it.

    Args:
        logs: folder of TensorBoard's logs.
        measure: returns the loss of the present weights.
    """

    def __init__(self, logs: str, measure: Callable[[], float]):
        super().__init__()
        self._writer = tf.summary.create_file_writer(f"{logs}/{FOLDER}")
        self._measure = measure

    def on_epoch_end(self, epoch, logs=None):
        """Writes the loss of the epoch, from 0."""
        with self._writer.as_default():
            tf.summary.scalar(TAG, self._measure(), step=epoch)

    def on_train_end(self, logs=None):
        """Closes the file."""
        self._writer.close()
