"""The optimizers of the towers, of Keras's legacy kind: the newer one goes through whole embedding tables for both."""

import tensorflow as tf

from models.retrieval.config import RetrievalConfig

_ACCUMULATED = 0.1  # Adagrad's usual start


def optimizer(config: RetrievalConfig) -> tf.keras.optimizers.Optimizer:
    """What the settings ask for; of an embedding Adagrad moves the rows that a batch reads, Adam all of them.

    Adagrad starts from what would be 0.1 under a loss that is the sum over a batch, as TFRS's is. Ours is the mean:
    0.1 would swamp its squared gradients, and the embeddings would hardly move.
    """
    if config.optimizer == "adagrad":
        start = _ACCUMULATED / config.batch_size**2
        return tf.keras.optimizers.legacy.Adagrad(config.learning_rate, initial_accumulator_value=start)
    return OnePassAdam(config.learning_rate)


class OnePassAdam(tf.keras.optimizers.legacy.Adam):
    """Keras's Adam, whose step over an embedding table is one pass of TensorFlow's kernel.

    Adam's moments fade in every row at every step, whichever rows a batch has read, so Keras goes through the whole
    table for sparse gradients too, a dozen times. The gradient is made dense instead: the same sums.
    """

    def _resource_apply_sparse_duplicate_indices(self, grad, handle, indices, **state):
        dense = tf.math.unsorted_segment_sum(grad, indices, handle.shape[0])
        return self._resource_apply_dense(dense, handle, **state)
