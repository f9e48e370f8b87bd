"""The query tower (customers) and the candidate tower (articles), which embed in one space.

    candidate = e_article + P content + correction(attributes, words)
    query     = sum over half-lives h of a_h * pool_h(e_bought) + e_customer + correction(all inputs)
    pool_h    = sum(w e) / sqrt(sum(w)),  w = 0.5 ^ (days since / h)

Bought articles and candidates share the embeddings e, so the inner product of query and candidate is a factorised
item-to-item similarity (FISM: Kabbur, Ning and Karypis, KDD 2013). An article is most similar to itself, so repeat
purchases need not be learned for each article. The corrections are small networks whose output is 0 at the start. The
embeddings are not normalised: popular articles can have longer ones.

The content vectors (photos and texts) are frozen, and P is learned. Articles without a purchase in the training share
one embedding e. It is learned from articles whose id is dropped at random; content and attributes then give the place
of each (DropoutNet: Volkovs, Yu and Poutanen, NIPS 2017).
"""

import numpy as np
import tensorflow as tf

from models.retrieval.config import RetrievalConfig
from transforms import features as f

HALF_LIVES_DAYS = (14.0, 60.0, 365.0)
CONTENT = "content"  # the number of values of an article's content, among the sizes
_ID_STDDEV = 0.1
_ATTRIBUTE_STDDEV = 0.05


class Towers(tf.keras.Model):
    """Query tower and candidate tower, which share the article embeddings.

    Args:
        config: sizes, and which inputs are used.
        sizes: number of entries of each vocabulary: `article_id`, `customer_id`, `words` and the categories; and
            `content`, the number of values of an article's content.
        policy: Keras's dtype policy of the layers. Weights and output embeddings are float32 under every policy.
    """

    def __init__(self, config: RetrievalConfig, sizes: dict[str, int], policy: str = "float32"):
        super().__init__(name="towers")
        self.config = config
        self.sizes = dict(sizes)
        self._seed = config.seed
        self._policy = policy
        self._articles = self._embedding("article_id", config.embedding_dim, _ID_STDDEV)
        if config.use_recent:
            self._pool_weights = self.add_weight("pool_weights", [len(HALF_LIVES_DAYS)], initializer="ones")
        if config.use_customer_id:
            self._customers = self._embedding("customer_id", config.embedding_dim, _ID_STDDEV)
        self._trained = self.add_weight("trained", [self.sizes["article_id"] + 1], initializer="zeros", trainable=False)
        self._project = self._projection() if config.use_attributes and self.sizes[CONTENT] else None
        if config.use_attributes:
            dim = config.attribute_dim
            self._article_categories = [self._embedding(key, dim) for key in f.ARTICLE_CATEGORIES]
            self._customer_categories = [self._embedding(key, dim) for key in f.CUSTOMER_CATEGORIES]
            self._age_buckets = self._embedding("age_bucket", dim)
            self._words = self._embedding(f.WORDS, 2 * dim)
            self._correct_candidate = self._correction("candidate")
        if config.use_attributes or config.use_recent:
            self._correct_query = self._correction("query")

    def mark_trained(self, article_index: np.ndarray) -> None:
        """Records that the embeddings of articles are trained.

        Args:
            article_index: `[n]` integers, indices of the articles of training examples.
        """
        trained = self._trained.numpy()
        trained[np.asarray(article_index) + 1] = 1.0
        self._trained.assign(trained)

    def trained_index(self, article_index: tf.Tensor) -> tf.Tensor:
        """Replaces the indices of articles without a trained embedding by -1, int32 of the same shape."""
        return tf.where(tf.gather(self._trained, article_index + 1) > 0, article_index, f.MISSING)

    def forget_customers(self, customer_index: np.ndarray) -> None:
        """Sets the embeddings of customers to zero.

        Args:
            customer_index: `[n]` integers, indices of customers in the vocabulary.
        """
        if self.config.use_customer_id:
            table = self._customers.embeddings.numpy()
            table[np.asarray(customer_index, np.int64) + 1] = 0.0
            self._customers.embeddings.assign(table)

    def embed_articles(
        self, article_index: tf.Tensor, categories: tf.Tensor, words: tf.Tensor, content: tf.Tensor
    ) -> tf.Tensor:
        """Applies the candidate tower.

        Args:
            article_index: `[batch]` int32, -1 is unknown; see `trained_index`.
            categories: `[batch, len(ARTICLE_CATEGORIES)]` int32, -1 is missing.
            words: `[batch, WORDS_PER_ARTICLE]` int32, -1 is padding.
            content: `[batch, content]` float32, zeros for an article without.

        Returns:
            `[batch, embedding_dim]` float32.
        """
        embedded = tf.cast(self._articles(article_index + 1), tf.float32)
        placed = embedded if self._project is None else embedded + self._project(content)
        if not self.config.use_attributes:
            return placed
        parts = [table(categories[:, i] + 1) for i, table in enumerate(self._article_categories)]
        weights = tf.cast(words >= 0, tf.float32)
        total = tf.reduce_sum(weights, axis=1, keepdims=True)
        parts.append(tf.math.divide_no_nan(_weighted_sum(self._words(words + 1), weights), total))
        return placed + self._correct_candidate(_concat([embedded, *parts]))

    def embed_customers(
        self,
        customer_index: tf.Tensor,
        categories: tf.Tensor,
        age: tf.Tensor,
        recent_article_index: tf.Tensor,
        recent_age_days: tf.Tensor,
    ) -> tf.Tensor:
        """Applies the query tower.

        Args:
            customer_index: `[batch]` int32, -1 is unknown.
            categories: `[batch, len(CUSTOMER_CATEGORIES) + 1]` int32, the age bucket last; -1 is missing.
            age: `[batch]` float32 z-score.
            recent_article_index: `[batch, recent_length]` int32 articles bought recently, newest first; -1 is padding.
            recent_age_days: `[batch, recent_length]` float32 days since each purchase.

        Returns:
            `[batch, embedding_dim]` float32.
        """
        main, parts = [], []
        if self.config.use_recent:
            bought = tf.cast(self._articles(recent_article_index + 1), tf.float32)
            real = recent_article_index >= 0
            for i, pooled in enumerate(tf.unstack(pools(bought, real, recent_age_days), axis=1)):
                main.append(self._pool_weights[i] * pooled)
                parts.append(pooled)
            parts.append(tf.math.log1p(tf.reduce_sum(tf.cast(real, tf.float32), axis=1, keepdims=True)))
        if self.config.use_customer_id:
            main.append(tf.cast(self._customers(customer_index + 1), tf.float32))
            parts.append(main[-1])
        if self.config.use_attributes:
            parts += [table(categories[:, i] + 1) for i, table in enumerate(self._customer_categories)]
            parts += [self._age_buckets(tf.maximum(categories[:, -1], 0)), age[:, None]]
        if self.config.use_attributes or self.config.use_recent:
            main.append(self._correct_query(_concat(parts)))
        return tf.add_n(main)

    def build_all(self) -> None:
        """Creates all weights, so that they can be loaded before the first batch."""
        one = tf.zeros([1], tf.int32)
        self.embed_articles(
            one,
            tf.zeros([1, len(f.ARTICLE_CATEGORIES)], tf.int32),
            tf.zeros([1, f.WORDS_PER_ARTICLE], tf.int32),
            tf.zeros([1, self.sizes[CONTENT]]),
        )
        recent = tf.zeros([1, self.config.recent_length], tf.int32)
        self.embed_customers(
            one,
            tf.zeros([1, len(f.CUSTOMER_CATEGORIES) + 1], tf.int32),
            tf.zeros([1]),
            recent,
            tf.cast(recent, tf.float32),
        )

    def _embedding(self, key: str, dim: int, spread: float = _ATTRIBUTE_STDDEV) -> tf.keras.layers.Embedding:
        self._seed += 1
        return tf.keras.layers.Embedding(
            self.sizes[key] + 1,
            dim,
            embeddings_initializer=tf.keras.initializers.RandomNormal(stddev=spread, seed=self._seed),
            name=f"{key}_embedding",
            dtype=self._policy,
        )

    def _projection(self) -> tf.keras.Sequential:
        dim, policy = self.config.embedding_dim, self._policy
        dense = tf.keras.layers.Dense(dim, use_bias=False, kernel_initializer="zeros", dtype=policy, name="content")
        cast = tf.keras.layers.Activation("linear", dtype="float32")
        return tf.keras.Sequential([dense, cast], name="project_content")

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
    """Returns sums of embeddings with exponentially decaying weights, one for each half-life.

    All half-lives are one matrix product, so the embeddings, the largest of these tensors, are read once.

    Args:
        bought: `[batch, n, dim]` float32 embeddings of bought articles.
        real: `[batch, n]` bool, false for padding.
        age_days: `[batch, n]` float32 days since each purchase.

    Returns:
        `[batch, len(HALF_LIVES_DAYS), dim]` float32.
    """
    half_lives = tf.constant(HALF_LIVES_DAYS)[None, :, None]
    weights = tf.cast(real, tf.float32)[:, None, :] * tf.pow(0.5, age_days[:, None, :] / half_lives)
    root = tf.sqrt(tf.reduce_sum(weights, axis=2, keepdims=True))
    return tf.math.divide_no_nan(tf.matmul(weights, bought), root)


def _weighted_sum(embedded: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Sums embeddings `[batch, n, dim]` with weights `[batch, n]`: `[batch, dim]` float32."""
    return tf.einsum("bn,bnd->bd", weights, tf.cast(embedded, tf.float32))


def _concat(parts: list[tf.Tensor]) -> tf.Tensor:
    return tf.concat([tf.cast(part, tf.float32) for part in parts], axis=1)
