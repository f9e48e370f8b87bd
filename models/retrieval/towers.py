"""The two towers: customers by what they bought, and articles, embedded in one space.

    candidate = e_article + correction(attributes, words)
    query     = sum over half-lives h of a_h * pool_h(e_bought) + a_c * e_customer + correction(all that is known)
    pool_h    = sum(w e) / sqrt(sum(w)),  w = 0.5 ^ (days since / h)

The articles bought and the candidate share their embeddings e, so the inner product of query and candidate is a
factorised item-to-item similarity (FISM: Kabbur, Ning and Karypis, KDD 2013), in which an article is most similar to
itself: repeat purchases need not be learned article by article. The corrections are small networks that start at 0.
Lengths are free: what sells often may be long.
"""

import tensorflow as tf

from models.retrieval.config import RetrievalConfig
from transforms import features as f

HALF_LIVES_DAYS = (14.0, 60.0, 365.0)
_SPREAD_OF_IDS = 0.1
_SPREAD_OF_ATTRIBUTES = 0.05


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
        self._article_ids = self._embedding("article_id", config.embedding_dim, _SPREAD_OF_IDS)
        if config.use_recent:
            self._pool_weights = self.add_weight("pool_weights", [len(HALF_LIVES_DAYS)], initializer="ones")
        if config.use_customer_id:
            self._customer_ids = self._embedding("customer_id", config.embedding_dim, _SPREAD_OF_IDS)
        if config.use_attributes:
            dim = config.attribute_dim
            self._article_categories = [self._embedding(key, dim) for key in f.ARTICLE_CATEGORIES]
            self._customer_categories = [self._embedding(key, dim) for key in f.CUSTOMER_CATEGORIES]
            self._age_buckets = self._embedding("age_bucket", dim)
            self._words = self._embedding(f.WORDS, 2 * dim)
            self._correct_candidate = self._correction("candidate")
        if config.use_attributes or config.use_recent:
            self._correct_query = self._correction("query")

    def embed_articles(self, ids: tf.Tensor, categories: tf.Tensor, words: tf.Tensor) -> tf.Tensor:
        """The candidate tower.

        Args:
            ids: `[batch]` int32, -1 is unknown.
            categories: `[batch, len(ARTICLE_CATEGORIES)]` int32, -1 is missing.
            words: `[batch, WORDS_PER_ARTICLE]` int32, -1 is padding.

        Returns:
            `[batch, embedding_dim]` float32.
        """
        embedded = tf.cast(self._article_ids(ids + 1), tf.float32)
        if not self.config.use_attributes:
            return embedded
        parts = [table(categories[:, i] + 1) for i, table in enumerate(self._article_categories)]
        weights = tf.cast(words >= 0, tf.float32)
        total = tf.reduce_sum(weights, axis=1, keepdims=True)
        parts.append(tf.math.divide_no_nan(_weighted_sum(self._words(words + 1), weights), total))
        return embedded + self._correct_candidate(_concat([embedded, *parts]))

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
            `[batch, embedding_dim]` float32.
        """
        main, parts = [], []
        if self.config.use_recent:
            bought = tf.cast(self._article_ids(recent + 1), tf.float32)
            real = recent >= 0
            for i, pooled in enumerate(tf.unstack(pools(bought, real, recent_age_days), axis=1)):
                main.append(self._pool_weights[i] * pooled)
                parts.append(pooled)
            parts.append(tf.math.log1p(tf.reduce_sum(tf.cast(real, tf.float32), axis=1, keepdims=True)))
        if self.config.use_customer_id:
            main.append(tf.cast(self._customer_ids(ids + 1), tf.float32))
            parts.append(main[-1])
        if self.config.use_attributes:
            parts += [table(categories[:, i] + 1) for i, table in enumerate(self._customer_categories)]
            parts += [self._age_buckets(tf.maximum(categories[:, -1], 0)), age[:, None]]
        if self.config.use_attributes or self.config.use_recent:
            main.append(self._correct_query(_concat(parts)))
        return tf.add_n(main)

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

    def _embedding(self, key: str, dim: int, spread: float = _SPREAD_OF_ATTRIBUTES) -> tf.keras.layers.Embedding:
        self._seed += 1
        return tf.keras.layers.Embedding(
            self.sizes[key] + 1,
            dim,
            embeddings_initializer=tf.keras.initializers.RandomNormal(stddev=spread, seed=self._seed),
            name=f"{key}_embedding",
            dtype=self._policy,
        )

    def _correction(self, name: str) -> tf.keras.Sequential:
        self._seed += 1
        policy = self._policy
        first = tf.keras.initializers.GlorotUniform(self._seed)
        return tf.keras.Sequential(
            [
                tf.keras.layers.Dense(self.config.hidden_units, "relu", kernel_initializer=first, dtype=policy),
                tf.keras.layers.LayerNormalization(dtype=policy),
                tf.keras.layers.Dense(self.config.embedding_dim, kernel_initializer="zeros", dtype=policy),
                tf.keras.layers.Activation("linear", dtype="float32"),
            ],
            name=name,
        )


def pools(bought: tf.Tensor, real: tf.Tensor, age_days: tf.Tensor) -> tf.Tensor:
    """Sums over purchases that fade, one for each half-life.

    They are one matrix product: the embeddings, by far the largest of these tensors, are read once.

    Args:
        bought: `[batch, n, dim]` float32 embeddings.
        real: `[batch, n]` bool, false for padding.
        age_days: `[batch, n]` float32 days since each.

    Returns:
        `[batch, len(HALF_LIVES_DAYS), dim]` float32.
    """
    half_lives = tf.constant(HALF_LIVES_DAYS)[None, :, None]
    weights = tf.cast(real, tf.float32)[:, None, :] * tf.pow(0.5, age_days[:, None, :] / half_lives)
    root = tf.sqrt(tf.reduce_sum(weights, axis=2, keepdims=True))
    return tf.math.divide_no_nan(tf.matmul(weights, bought), root)


def _weighted_sum(embedded: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """`[batch, dim]` float32 of `[batch, n, dim]` and `[batch, n]`."""
    return tf.einsum("bn,bnd->bd", weights, tf.cast(embedded, tf.float32))


def _concat(parts: list[tf.Tensor]) -> tf.Tensor:
    return tf.concat([tf.cast(part, tf.float32) for part in parts], axis=1)
