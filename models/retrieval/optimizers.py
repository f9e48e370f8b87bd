"""Optimizers of the towers, of Keras's legacy kind: the newer ones update whole embedding tables in each step."""

import tensorflow as tf

from models.retrieval.config import RetrievalConfig

_INITIAL_ACCUMULATOR = 0.1  # Adagrad's usual value for a loss that is the sum over a batch


def build_optimizer(config: RetrievalConfig) -> tf.keras.optimizers.Optimizer:
    """Builds the optimizer of the settings.

    Adagrad updates the embedding rows that a batch reads, Adam all rows. Adagrad's initial accumulator is scaled to the
    mean loss: 0.1 suits TFRS's loss, the sum over a batch, but is far larger than the squared gradients of the mean.

    Args:
        config: settings of the towers.
    """
    if config.optimizer == "adagrad":
        accumulator = _INITIAL_ACCUMULATOR / config.batch_size**2
        return tf.keras.optimizers.legacy.Adagrad(config.learning_rate, initial_accumulator_value=accumulator)
    return OnePassAdam(config.learning_rate)


class OnePassAdam(tf.keras.optimizers.legacy.Adam):
    """Keras's Adam with one pass of TensorFlow's kernel over an embedding table per step.

    Adam's moments decay in every row at every step, so Keras passes over the whole table a dozen times even for sparse
    gradients. This class converts the gradient to a dense one, with the same sums.
    """

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices, **state):
        dense = tf.math.unsorted_segment_sum(grad, indices, handle.shape[0])
        return self._resource_apply_dense(dense, handle, **state)
