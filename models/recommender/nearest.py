"""Finds the nearest allowed articles: with the index, and by exact search if the index finds too few."""

import tensorflow as tf

from models.recommender.allowed import AllowedArticles
from models.retrieval.index import ExactIndex, ScannIndex, search_without


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
        incomplete = tf.where(found[:, -1] >= allowed.pad)

        def exact():
            asked, without = (tf.gather(each, incomplete[:, 0]) for each in (queries, allowed.excluded_rows))
            rows = search_without(self.vectors, asked, without, k, self.vectors.shape[0] - 1)
            return tf.tensor_scatter_nd_update(found, incomplete, rows)

        rows = tf.cond(tf.size(incomplete) > 0, exact, lambda: tf.identity(found))
        return tf.ensure_shape(rows, [None, k])
