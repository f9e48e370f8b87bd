"""Finds the nearest allowed articles: through the index, and by exact search if the index finds too few."""

import tensorflow as tf

from models.recommender.allowed import Allowed
from models.retrieval.index import ExactIndex, ScannIndex, search_without


class Nearest:
    """Searches among all articles or among the allowed ones.

    Args:
        index: over the articles' embeddings.
        embeddings: `[articles + 1, dim]` float32, the indexed embeddings and that of the padding article.
    """

    def __init__(self, index: ExactIndex | ScannIndex, embeddings: tf.Variable):
        self._index = index
        self._embeddings = embeddings

    def __call__(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """The k nearest articles of the index: rows `[batch, k]` int32, padded, and scores float32."""
        return self._index(queries, k)

    def among(self, allowed: Allowed, queries: tf.Tensor, k: int) -> tf.Tensor:
        """The k allowed articles with the largest inner product.

        Asks the index for 2 * k articles. Customers with fewer than k allowed ones among them get an exact search.

        Args:
            allowed: allowed articles of the batch's customers.
            queries: `[batch, dim]` float32.
            k: number of articles.

        Returns:
            `[batch, k]` int32 rows, best first, padded if fewer are allowed.
        """
        found = allowed.keep(self._index.twice(queries, k), k)
        short = tf.where(found[:, -1] >= allowed.pad)

        def exact():
            asked, without = (tf.gather(each, short[:, 0]) for each in (queries, allowed.excluded))
            rows = search_without(self._embeddings, asked, without, k, self._embeddings.shape[0] - 1)
            return tf.tensor_scatter_nd_update(found, short, rows)

        rows = tf.cond(tf.size(short) > 0, exact, lambda: tf.identity(found))
        return tf.ensure_shape(rows, [None, k])
