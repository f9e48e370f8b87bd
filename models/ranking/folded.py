"""The trained ranking network with fewer operations: all small networks in one batched product of matrices."""

import numpy as np
import tensorflow as tf

from models.ranking.network import CLIP, EPSILON, RankingNetwork


class FoldedNetwork(tf.Module):
    """Scores single pairs as a `RankingNetwork` does, up to rounding.

    The time of small batches goes into the number of operations. The weights of all small networks are stacked, and
    what `NormalisedDense` folds into its kernel in every call is folded once.

    Args:
        network: trained network. Later changes of its weights have no effect.
    """

    def __init__(self, network: RankingNetwork):
        super().__init__(name="folded_ranking")
        arrays = [_scorer_arrays(scorer) for scorer in network.scorers]
        self._mean, self._deviation = (_constant(each.numpy()) for each in (network.mean, network.deviation))
        self._weights = [_constant(np.stack(each)) for each in zip(*arrays, strict=True)]

    def standardise(self, features: tf.Tensor) -> tf.Tensor:
        """Standardises features `[..., features]` float32; 0 is the mean of the training lists."""
        return tf.clip_by_value((features - self._mean) / self._deviation, -CLIP, CLIP)

    def __call__(self, standard: tf.Tensor) -> tf.Tensor:
        """Scores pairs.

        Args:
            standard: `[pairs, features]` float32 of `standardise`.

        Returns:
            `[pairs]` float32.
        """
        first, *wide_and_narrow, last = self._weights
        ones = tf.ones_like(standard[:, :1])
        hidden = tf.nn.relu(tf.matmul(tf.concat([standard, ones], 1)[None, :, :], first))
        ones = tf.ones_like(hidden[:, :, :1])
        for wide, narrow in zip(wide_and_narrow[::2], wide_and_narrow[1::2], strict=True):
            mean = tf.reduce_mean(hidden, axis=-1, keepdims=True)
            variance = tf.reduce_mean(hidden * hidden, axis=-1, keepdims=True) - mean * mean
            scaled = hidden * tf.math.rsqrt(tf.maximum(variance, 0.0) + EPSILON)
            inner = tf.nn.relu(tf.matmul(tf.concat([scaled, ones], 2), wide))
            hidden += tf.matmul(tf.concat([inner, ones], 2), narrow)
        scores = tf.matmul(tf.concat([tf.nn.relu(hidden), ones], 2), last)
        return tf.reduce_mean(scores, axis=[0, 2])


def _scorer_arrays(scorer) -> list[np.ndarray]:
    """Kernels with the bias as last row, `[inputs + 1, units]`, in the order of their use.

    The inputs get a column of ones: a bias for each small network would be a slow broadcast.
    """
    first, blocks, last = scorer.layers_in_order
    layers = [(first.kernel, first.bias)]
    for wide, narrow in blocks:
        layers += [wide.folded(), (narrow.kernel, narrow.bias)]
    layers.append((last.kernel, last.bias))
    return [np.concatenate([kernel.numpy(), bias.numpy()[None, :]]) for kernel, bias in layers]


def _constant(values: np.ndarray) -> tf.Variable:
    return tf.Variable(values, trainable=False)
