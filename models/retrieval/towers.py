"""The two towers: customers with their recent purchases, and articles, embedded in one space."""

import tensorflow as tf

from models.retrieval.config import RetrievalConfig
from transforms import features as f

_HALF_LIVES_DAYS = (3.0, 14.0, 60.0)


class Towers(tf.keras.Model):
    """Query tower and candidate tower with the article embeddings they share.

    Args:
        config: sizes and which inputs are used.
        sizes: number of entries of each vocabulary: `article_id`, `customer_id`, `words` and the categories.
        policy: Keras's dtype policy of the layers; weights and embeddings are float32 under all of them.
    """

    def __init__(self, config: RetrievalConfig, sizes: dict[str, int], policy: str = "float32"):
        super().__init__(name="towers")
        self.config = config
        self.sizes = dict(sizes)
        self._seed = config.seed
        self._policy = policy
        self._article_ids = self._embedding("article_id", config.id_dim)
        self._recent_ids = self._embedding("article_id", config.id_dim, "recent_article_id")
        self._customer_ids = self._embedding("customer_id", config.id_dim)
        self._article_categories = [self._embedding(key, config.attribute_dim) for key in f.ARTICLE_CATEGORIES]
        self._customer_categories = [self._embedding(key, config.attribute_dim) for key in f.CUSTOMER_CATEGORIES]
        self._age_buckets = self._embedding("age_bucket", config.attribute_dim)
        self._words = self._embedding(f.WORDS, 2 * config.attribute_dim)
        self._query = self._head("query")
        self._candidate = self._head("candidate")

    def embed_articles(self, ids: tf.Tensor, categories: tf.Tensor, words: tf.Tensor) -> tf.Tensor:
        """The candidate tower.

        Args:
            ids: `[batch]` int32, -1 is unknown.
            categories: `[batch, len(ARTICLE_CATEGORIES)]` int32, -1 is missing.
            words: `[batch, WORDS_PER_ARTICLE]` int32, -1 is padding.

        Returns:
            `[batch, embedding_dim]` float32 of unit length.
        """
        parts = [self._article_ids(ids + 1)]
        if self.config.use_attributes:
            parts += [table(categories[:, i] + 1) for i, table in enumerate(self._article_categories)]
            parts.append(_mean(self._words(words + 1), tf.cast(words >= 0, tf.float32)))
        return self._candidate(tf.concat([tf.cast(part, tf.float32) for part in parts], axis=1))

    def embed_customers(
        self,
        ids: tf.Tensor,
        categories: tf.Tensor,
        age: tf.Tensor,
        recent: tf.Tensor,
        recent_age_days: tf.Tensor,
    ) -> tf.Tensor:
        """The query tower.

        Args:
            ids: `[batch]` int32, -1 is unknown.
            categories: `[batch, len(CUSTOMER_CATEGORIES) + 1]` int32, the age bucket last; -1 is missing.
            age: `[batch]` float32 z-score.
            recent: `[batch, recent_length]` int32 article ids of recent purchases, newest first; -1 is padding.
            recent_age_days: `[batch, recent_length]` float32 days since each.

        Returns:
            `[batch, embedding_dim]` float32 of unit length.
        """
        parts = []
        if self.config.use_customer_id:
            parts.append(self._customer_ids(ids + 1))
        if self.config.use_attributes:
            parts += [table(categories[:, i] + 1) for i, table in enumerate(self._customer_categories)]
            parts += [self._age_buckets(tf.maximum(categories[:, -1], 0)), age[:, None]]
        if self.config.use_recent:
            embedded = tf.cast(self._recent_ids(recent + 1), tf.float32)
            real = tf.cast(recent >= 0, tf.float32)
            for half_life in _HALF_LIVES_DAYS:
                parts.append(_mean(embedded, real * tf.pow(0.5, recent_age_days / half_life)))
            parts.append(tf.math.log1p(tf.reduce_sum(real, axis=1, keepdims=True)))
        return self._query(tf.concat([tf.cast(part, tf.float32) for part in parts], axis=1))

    def build_all(self) -> None:
        """Creates every weight, so that they can be loaded before the first real batch."""
        one = tf.zeros([1], tf.int32)
        self.embed_articles(
            one,
            tf.zeros([1, len(f.ARTICLE_CATEGORIES)], tf.int32),
            tf.zeros([1, f.WORDS_PER_ARTICLE], tf.int32),
        )
        recent = tf.zeros([1, self.config.recent_length], tf.int32)
        self.embed_customers(
            one,
            tf.zeros([1, len(f.CUSTOMER_CATEGORIES) + 1], tf.int32),
            tf.zeros([1]),
            recent,
            tf.cast(recent, tf.float32),
        )

    def _embedding(self, key: str, dim: int, name: str | None = None) -> tf.keras.layers.Embedding:
        self._seed += 1
        return tf.keras.layers.Embedding(
            self.sizes[key] + 1,
            dim,
            embeddings_initializer=tf.keras.initializers.RandomNormal(stddev=0.05, seed=self._seed),
            name=f"{name or key}_embedding",
            dtype=self._policy,
        )

    def _head(self, name: str) -> tf.keras.Sequential:
        self._seed += 2
        policy = self._policy
        first, second = (tf.keras.initializers.GlorotUniform(self._seed + i) for i in (0, 1))
        return tf.keras.Sequential(
            [
                tf.keras.layers.Dense(self.config.hidden_units, "relu", kernel_initializer=first, dtype=policy),
                tf.keras.layers.LayerNormalization(dtype=policy),
                tf.keras.layers.Dense(self.config.embedding_dim, kernel_initializer=second, dtype=policy),
                tf.keras.layers.Lambda(_unit_length, dtype="float32"),
            ],
            name=name,
        )


def _mean(embedded: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Weighted mean over axis 1; zeros where all weights are 0."""
    total = tf.reduce_sum(weights, axis=1, keepdims=True)
    return tf.math.divide_no_nan(tf.einsum("bn,bnd->bd", weights, tf.cast(embedded, tf.float32)), total)


def _unit_length(values: tf.Tensor) -> tf.Tensor:
    return tf.math.l2_normalize(tf.cast(values, tf.float32), axis=1)
