"""The ranking network: scores a pair from its standardised features, as the mean of several small networks."""

import tensorflow as tf

CLIP = 8.0  # standardised features are clipped to this range
EPSILON = 1e-3
_SEED_STEP = 1000


class RankingNetwork(tf.keras.Model):
    """Scores each candidate of a list from its own features.

    The small networks differ only in their initial weights. The mean of their scores ranks better than each of them and
    varies less between seeds. The constants of the standardisation are non-trainable weights, so they are saved with
    the others.

    Args:
        features: number of features of a pair.
        units: width of each network.
        blocks: residual blocks of two dense layers each.
        dropout: share of units dropped in training.
        networks: number of small networks.
        seed: seed of the initial weights.
    """

    def __init__(self, *, features: int, units: int, blocks: int, dropout: float, networks: int, seed: int):
        super().__init__(name="ranking")
        self.mean = self.add_weight("mean", [features], initializer="zeros", trainable=False)
        self.deviation = self.add_weight("deviation", [features], initializer="ones", trainable=False)
        self.scorers = [Scorer(units, blocks, dropout, seed + _SEED_STEP * i) for i in range(networks)]
        self(tf.zeros([1, 1, features]))

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Scores pairs.

        Args:
            inputs: `[batch, candidates, features]` float32, not standardised.
            training: whether dropout is applied.

        Returns:
            `[batch, candidates]` float32.
        """
        return tf.reduce_mean(self.each(inputs, training), axis=0)

    def standardise(self, features: tf.Tensor) -> tf.Tensor:
        """Standardises features `[..., features]` float32; 0 is the mean of the training lists."""
        return tf.clip_by_value((features - self.mean) / self.deviation, -CLIP, CLIP)

    def each(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns the scores of each small network.

        Args:
            inputs: as in `call`.
            training: as in `call`.

        Returns:
            `[networks, batch, candidates]` float32.
        """
        standard = self.standardise(tf.reshape(inputs, [-1, inputs.shape[2]]))
        scores = tf.stack([network(standard, training=training) for network in self.scorers])
        return tf.reshape(scores, [len(self.scorers), *tf.unstack(tf.shape(inputs)[:2])])


class Scorer(tf.keras.layers.Layer):
    """One of the small networks.

    Args:
        units: width.
        blocks: residual blocks of two dense layers each.
        dropout: share of units dropped in training.
        seed: seed of the initial weights.
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

    @property
    def layers_in_order(self) -> tuple:
        """The first layer, the wide and narrow layer of each block, and the last layer."""
        return self._first, [(wide, narrow) for wide, _, narrow in self._blocks], self._last

    def call(self, pairs: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Returns scores `[pairs, 1]` float32 of standardised features `[pairs, features]` float32."""
        hidden = tf.nn.relu(self._first(pairs))
        for wide, dropout, narrow in self._blocks:
            hidden += narrow(dropout(wide(hidden), training=training))
        return self._last(tf.nn.relu(hidden))


class NormalisedDense(tf.keras.layers.Layer):
    """Keras's `LayerNormalization` followed by `Dense` with relu, in fewer passes over the inputs.

    There are many narrow rows, so the time goes into passes over memory. Centring, gamma and beta are linear and are
    folded into the small kernel and bias; only the division by the standard deviation is computed on the inputs.

    Args:
        units: width.
        kernel_initializer: initializer of the kernel.
        name: name of the layer.
    """

    def __init__(self, units: int, kernel_initializer: tf.keras.initializers.Initializer, name: str):
        super().__init__(name=name)
        self._units, self._initializer = units, kernel_initializer

    def build(self, shape):
        """Creates the weights."""
        self.gamma = self.add_weight("gamma", [shape[-1]], initializer="ones")
        self.beta = self.add_weight("beta", [shape[-1]], initializer="zeros")
        self.kernel = self.add_weight("kernel", [shape[-1], self._units], initializer=self._initializer)
        self.bias = self.add_weight("bias", [self._units], initializer="zeros")
        super().build(shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Returns `[pairs, units]` float32 of inputs `[pairs, width]` float32."""
        mean = tf.reduce_mean(inputs, axis=-1, keepdims=True)
        variance = tf.reduce_mean(inputs * inputs, axis=-1, keepdims=True) - mean * mean
        scaled = inputs * tf.math.rsqrt(tf.maximum(variance, 0.0) + EPSILON)
        kernel, bias = self.folded()
        return tf.nn.relu(tf.nn.bias_add(tf.matmul(scaled, kernel), bias))

    def folded(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the kernel `[width, units]` and the bias `[units]`, float32, with centring, gamma and beta."""
        kernel = self.gamma[:, None] * self.kernel
        bias = self.bias + tf.linalg.matvec(self.kernel, self.beta, transpose_a=True)
        return kernel - tf.reduce_mean(kernel, axis=0), bias
