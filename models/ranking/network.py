"""The ranking network: standardised features of a pair in, one score out."""

import tensorflow as tf


class RankingNetwork(tf.keras.Model):
    """Scores each candidate of a list by its own features.

    The constants of the standardisation are weights that are not trained, so they travel with the others.

    Args:
        features: number of features of a pair.
        units: width.
        blocks: residual blocks of two dense layers each.
        dropout: share of units dropped in training.
        seed: of the initial weights.
    """

    def __init__(self, *, features: int, units: int, blocks: int, dropout: float, seed: int):
        super().__init__(name="ranking")
        self.mean = self.add_weight("mean", [features], initializer="zeros", trainable=False)
        self.deviation = self.add_weight("deviation", [features], initializer="ones", trainable=False)
        kernel = (tf.keras.initializers.GlorotUniform(seed + i) for i in range(2 * blocks + 2))
        self._first = tf.keras.layers.Dense(units, kernel_initializer=next(kernel), name="first")
        self._blocks = [
            (
                tf.keras.layers.LayerNormalization(name=f"norm_{i}"),
                tf.keras.layers.Dense(units, "relu", kernel_initializer=next(kernel), name=f"wide_{i}"),
                tf.keras.layers.Dropout(dropout, seed=seed, name=f"dropout_{i}"),
                tf.keras.layers.Dense(units, kernel_initializer=next(kernel), name=f"narrow_{i}"),
            )
            for i in range(blocks)
        ]
        self._last = tf.keras.layers.Dense(1, kernel_initializer=next(kernel), name="last")
        self(tf.zeros([1, 1, features]))

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Scores of pairs.

        Args:
            inputs: `[batch, candidates, features]` float32, not standardised.
            training: whether dropout is on.

        Returns:
            `[batch, candidates]` float32.
        """
        hidden = tf.clip_by_value((inputs - self.mean) / self.deviation, -8.0, 8.0)
        hidden = tf.nn.relu(self._first(hidden))
        for norm, wide, dropout, narrow in self._blocks:
            hidden += narrow(dropout(wide(norm(hidden)), training=training))
        return tf.squeeze(self._last(tf.nn.relu(hidden)), axis=2)
