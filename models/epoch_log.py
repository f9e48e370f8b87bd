"""Says how training goes: how far it is, and after each epoch losses, figures, examples per second."""

import logging
import time

import tensorflow as tf

from transforms.progress import Progress


class EpochLog(tf.keras.callbacks.Callback):
    """A line of log for each epoch, and progress within it.

    Args:
        what: named at the line's beginning.
        examples: examples of an epoch.
        batch_size: examples of a batch.
        progress: over all epochs of this training, and of others perhaps; what early stopping or a backup saves is left
            out of it.
    """

    # Keras then hands over the logs of each batch as they are, instead of waiting for them.
    _supports_tf_logs = True

    def __init__(self, what: str, examples: int, batch_size: int, progress: Progress):
        super().__init__()
        self._what, self._examples, self._batch_size, self._progress = what, examples, batch_size, progress
        self._begun = 0.0
        self._batches, self._seen = 0, 0

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the clock."""
        self._begun = time.monotonic()
        self._batches = 0

    def on_train_batch_end(self, batch, logs=None):
        """Counts the batches up to the `batch`th, from 0; there may have been several since the last call."""
        examples = (batch + 1 - self._batches) * self._batch_size
        self._batches = batch + 1
        self._seen += examples
        self._progress.advance(examples)

    def on_epoch_end(self, epoch, logs=None):
        """Writes the line."""
        rate = self._examples / max(time.monotonic() - self._begun, 1e-9)
        figures = " ".join(
            f"{name} {float(value):.4f}"
            for name, value in (logs or {}).items()
            if name not in ("loss", "regularization_loss")
        )
        logging.info("%s, epoch %d: %s, %.0f examples/s", self._what, epoch + 1, figures, rate)

    def on_train_end(self, logs=None):
        """What was not trained on will not be."""
        self._progress.leave_out(self.params["epochs"] * self._examples - self._seen)
