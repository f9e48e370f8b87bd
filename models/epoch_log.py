"""Says after each epoch how training goes: losses, figures, examples per second."""

import logging
import time

import tensorflow as tf


class EpochLog(tf.keras.callbacks.Callback):
    """A line of log for each epoch.

    Args:
        what: named at the line's beginning.
        examples: examples of an epoch.
    """

    def __init__(self, what: str, examples: int):
        super().__init__()
        self._what = what
        self._examples = examples
        self._begun = 0.0

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the clock."""
        self._begun = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Writes the line."""
        rate = self._examples / max(time.monotonic() - self._begun, 1e-9)
        figures = " ".join(
            f"{name} {value:.4f}" for name, value in (logs or {}).items() if name not in ("loss", "regularization_loss")
        )
        logging.info("%s, epoch %d: %s, %.0f examples/s", self._what, epoch + 1, figures, rate)
