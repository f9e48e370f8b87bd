"""The ranking network: standardised features of a pair in, one score out, the mean of several small networks."""

import tensorflow as tf

_EPSILON = 1e-3
_SEEDS_APART = 1000


class RankingNetwork(tf.keras.Model):
    """Scores each candidate of a list by its own features.

    Networks that differ in their first weights alone order the same list differently; the mean of their scores orders
    it better than they do one by one, and differs less from seed to seed. The constants of the standardisation are
    weights that are not trained, so they travel with the others.

    Args:
        features: number of features of a pair.
        units: width of each network.
        blocks: residual blocks of two dense layers each.
        dropout: share of units dropped in training.
        networks: how many.
        seed: of the initial weights.
    """

    def __init__(self, *, features: int, units: int, blocks: int, dropout: float, networks: int, seed: int):
        super().__init__(name="ranking")
        self.mean = self.add_weight("mean", [features], initializer="zeros", trainable=False)
        self.deviation = self.add_weight("deviation", [features], initializer="ones", trainable=False)
        self._networks = [Scorer(units, blocks, dropout, seed + _SEEDS_APART * i) for i in range(networks)]
        self(tf.zeros([1, 1, features]))

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Scores of pairs.

        Args:
            inputs: `[batch, candidates, features]` float32, not standardised.
            training: whether dropout is on.

        Returns:
            `[batch, candidates]` float32.
        """
        return tf.reduce_mean(self.each(inputs, training), axis=0)

    def each(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """The networks' own scores, `[networks, batch, candidates]` float32; arguments as of `call`."""
        pairs = tf.reshape(inputs, [-1, inputs.shape[2]])
        standard = tf.clip_by_value((pairs - self.mean) / self.deviation, -8.0, 8.0)
        scores = tf.stack([network(standard, training=training) for network in self._networks])
        return tf.reshape(scores, [len(self._networks), *tf.unstack(tf.shape(inputs)[:2])])


class Scorer(tf.keras.layers.Layer):
    """One of the networks.

    Args:
        units: width.
        blocks: residual blocks of two dense layers each.
        dropout: share of units dropped in training.
        seed: of the initial weights.
    """

    def __init__(self, units: int, blocks: int, dropout: float, seed: int):
        super().__init__(name=f"scorer_{seed}")
        kernel = (tf.keras.initializers.GlorotUniform(seed + i) for i in range(2 * blocks + 2))
        self._first = tf.keras.layers.Dense(units, kernel_initializer=next(kernel), name="first")
        self._blocks = [
            (
                Normalisation(name=f"norm_{i}"),
                tf.keras.layers.Dense(units, "relu", kernel_initializer=next(kernel), name=f"wide_{i}"),
                tf.keras.layers.Dropout(dropout, seed=seed, name=f"dropout_{i}"),
                tf.keras.layers.Dense(units, kernel_initializer=next(kernel), name=f"narrow_{i}"),
            )
            for i in range(blocks)
        ]
        self._last = tf.keras.layers.Dense(1, kernel_initializer=next(kernel), name="last")

    def call(self, pairs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """`[pairs, 1]` float32 of standardised features `[pairs, features]` float32."""
        hidden = tf.nn.relu(self._first(pairs))
        for norm, wide, dropout, narrow in self._blocks:
            hidden += narrow(dropout(wide(norm(hidden)), training=training))
        return self._last(tf.nn.relu(hidden))


class Normalisation(tf.keras.layers.Layer):
    """Layer normalisation over the last axis, with Keras's weights and default epsilon.

    Keras's own goes through a fused batch normalisation, which takes a processor half as long again.
    """

    def build(self, shape):
        """Makes the weights."""
        self.gamma = self.add_weight("gamma", [shape[-1]], initializer="ones")
        self.beta = self.add_weight("beta", [shape[-1]], initializer="zeros")
        super().build(shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """The same shape, of mean 0 and deviation 1, times gamma plus beta."""
        centred = inputs - tf.reduce_mean(inputs, axis=-1, keepdims=True)
        variance = tf.reduce_mean(centred * centred, axis=-1, keepdims=True)
        return centred * tf.math.rsqrt(variance + _EPSILON) * self.gamma + self.beta
