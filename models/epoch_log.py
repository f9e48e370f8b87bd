"""A Keras callback that reports progress, and logs losses, metrics and examples per second after each epoch."""

import logging
import time

import tensorflow as tf

from transforms.progress import Progress


class EpochLog(tf.keras.callbacks.Callback):
    """Logs each epoch and advances a progress report by the trained examples.

    Args:
        what: name of the training in the log.
        examples: number of examples of an epoch.
        batch_size: number of examples of a batch.
        progress: progress over all epochs, which may include other trainings. Examples that early stopping or a
            restored backup skip are removed from its total.
    """

    # With this, Keras passes the logs of a batch as tensors and does not wait for their values.
    _supports_tf_logs = True

    def __init__(self, what: str, examples: int, batch_size: int, progress: Progress):
        super().__init__()
        self._what, self._examples, self._batch_size, self._progress = what, examples, batch_size, progress
        self._started_s = 0.0
        self._batches, self._seen = 0, 0

    def on_epoch_begin(self, epoch, logs=None):
        """Records the start time of the epoch."""
        self._started_s = time.monotonic()
        self._batches = 0

    def on_train_batch_end(self, batch, logs=None):
        """Counts the batches up to number `batch`, from 0; Keras may skip calls between."""
        examples = (batch + 1 - self._batches) * self._batch_size
        self._batches = batch + 1
        self._seen += examples
        self._progress.advance(examples)

    def on_epoch_end(self, epoch, logs=None):
        """Logs the metrics and the examples per second."""
        rate = self._examples / max(time.monotonic() - self._started_s, 1e-9)
        figures = " ".join(
            f"{name} {float(value):.4f}"
            for name, value in (logs or {}).items()
            if name not in ("loss", "regularization_loss")
        )
        logging.info("%s, epoch %d: %s, %.0f examples/s", self._what, epoch + 1, figures, rate)

    def on_train_end(self, logs=None):
        """Removes skipped examples from the progress total."""
        self._progress.reduce_total(self.params["epochs"] * self._examples - self._seen)
