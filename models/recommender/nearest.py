"""Finds the nearest allowed articles: with the index, and by exact search if the index finds too few."""

import tensorflow as tf

from models.recommender import ops
from models.recommender.allowed import AllowedArticles
from models.retrieval.index import ExactIndex, ScannIndex


class NearestArticles(tf.Module):
    """Searches among all articles or among the allowed ones.

    Args:
        index: index over the vectors of articles.
        vectors: `[articles + 1, dim]` float32, the indexed vectors and that of the padding article.
    """

    def __init__(self, index: ExactIndex | ScannIndex, vectors: tf.Variable):
        super().__init__(name="nearest_articles")
        self._index = index
        self.vectors = vectors

    def __call__(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds the k nearest articles of the index.

        Args:
            queries: `[batch, dim]` float32.
            k: number of articles.

        Returns:
            Article rows `[batch, k]` int32, best first, padded, and scores `[batch, k]` float32.
        """
        return self._index(queries, k)

    def among(self, allowed: AllowedArticles, queries: tf.Tensor, k: int) -> tf.Tensor:
        """Finds the k allowed articles with the largest inner product.

        Asks the index for 2 * k articles. Customers with fewer than k allowed ones among them get an exact search.

        Args:
            allowed: allowed articles of the customers of the batch.
            queries: `[batch, dim]` float32.
            k: number of articles.

        Returns:
            `[batch, k]` int32 article rows, best first, padded if fewer are allowed.
        """
        found = allowed.first_k(self._index.search_double(queries, k), k)
        return tf.ensure_shape(self.completed(allowed, found, queries, k), [None, k])

    def completed(
        self, allowed: AllowedArticles, found: tf.Tensor, queries: tf.Tensor, k: tf.Tensor | int
    ) -> tf.Tensor:
        """Replaces the lists with fewer than k articles by those of an exact search.

        Args:
            allowed: as in `among`.
            found: `[batch, n]` int32 allowed article rows, padded at the end; n is at least k and static.
            queries: `[batch, dim]` float32.
            k: number of articles wanted.

        Returns:
            `[batch, n]` int32 article rows, best first, padded.
        """
        articles, width = self.vectors.shape[0] - 1, found.shape[1]
        best = min(width, articles)

        def exact(chunk: AllowedArticles, positions: tf.Tensor) -> tf.Tensor:
            scores = tf.matmul(tf.gather(queries, positions), self.vectors, transpose_b=True)[:, :articles]
            scores, rows = tf.math.top_k(tf.where(chunk.mask(), scores, ops.MASKED_SCORE), best)
            rows = tf.where(scores > ops.MASKED_SCORE, rows, articles)
            return tf.pad(rows, [[0, 0], [0, width - best]], constant_values=articles)

        return allowed.completed(found, k, exact)
