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
                NormalisedDense(units, kernel_initializer=next(kernel), name=f"wide_{i}"),
                tf.keras.layers.Dropout(dropout, seed=seed, name=f"dropout_{i}"),
                tf.keras.layers.Dense(units, kernel_initializer=next(kernel), name=f"narrow_{i}"),
            )
            for i in range(blocks)
        ]
        self._last = tf.keras.layers.Dense(1, kernel_initializer=next(kernel), name="last")

    def call(self, pairs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """`[pairs, 1]` float32 of standardised features `[pairs, features]` float32."""
        hidden = tf.nn.relu(self._first(pairs))
        for wide, dropout, narrow in self._blocks:
            hidden += narrow(dropout(wide(hidden), training=training))
        return self._last(tf.nn.relu(hidden))


class NormalisedDense(tf.keras.layers.Layer):
    """A dense layer with relu over layer-normalised inputs: Keras's `LayerNormalization` and `Dense`, in fewer passes.

    Pairs are many and narrow, so what costs is each time all of them go through memory. To centre the inputs is a
    projection, and gamma and beta are linear too: all three are folded into the small kernel and bias, and only the
    division by the deviation is left to do with the inputs themselves.

    Args:
        units: width.
        kernel_initializer: of the kernel.
        name: of the layer.
    """

    def __init__(self, units: int, kernel_initializer: tf.keras.initializers.Initializer, name: str):
        super().__init__(name=name)
        self._units, self._initializer = units, kernel_initializer

    def build(self, shape):
        """Makes the weights."""
        self.gamma = self.add_weight("gamma", [shape[-1]], initializer="ones")
        self.beta = self.add_weight("beta", [shape[-1]], initializer="zeros")
        self.kernel = self.add_weight("kernel", [shape[-1], self._units], initializer=self._initializer)
        self.bias = self.add_weight("bias", [self._units], initializer="zeros")
        super().build(shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """`[pairs, units]` float32 of inputs `[pairs, width]` float32."""
        mean = tf.reduce_mean(inputs, axis=-1, keepdims=True)
        variance = tf.reduce_mean(inputs * inputs, axis=-1, keepdims=True) - mean * mean
        scaled = inputs * tf.math.rsqrt(tf.maximum(variance, 0.0) + _EPSILON)
        kernel = self.gamma[:, None] * self.kernel
        bias = self.bias + tf.linalg.matvec(self.kernel, self.beta, transpose_a=True)
        return tf.nn.relu(tf.nn.bias_add(tf.matmul(scaled, kernel - tf.reduce_mean(kernel, axis=0)), bias))
