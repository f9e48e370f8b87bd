"""The articles nearest to an embedding that are allowed: by the index, and exactly where it finds too few."""

import tensorflow as tf

from models.recommender.allowed import Allowed
from models.retrieval.index import ExactIndex, ScannIndex, search_without


class Nearest:
    """Search through the index, among all articles or among those that are allowed.

    Args:
        index: over the articles' embeddings.
        embeddings: `[articles + 1, dim]` float32, what the index was built over and the padding article.
    """

    def __init__(self, index: ExactIndex | ScannIndex, embeddings: tf.Variable):
        self._index = index
        self._embeddings = embeddings

    def __call__(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """The k nearest articles, as the index finds them: rows `[batch, k]` int32, padded, and scores float32."""
        return self._index(queries, k)

    def among(self, allowed: Allowed, queries: tf.Tensor, k: int) -> tf.Tensor:
        """The k allowed articles of largest inner product.

        The index is asked for twice as many. Only for customers to whom it leaves fewer than k all are compared.

        Args:
            allowed: of the batch.
            queries: `[batch, dim]` float32.
            k: how many.

        Returns:
            `[batch, k]` int32 rows, best first, padded where fewer are allowed.
        """
        found = allowed.keep(self._index.twice(queries, k), k)
        short = tf.where(found[:, -1] >= allowed.pad)

        def exact():
            asked, without = (tf.gather(each, short[:, 0]) for each in (queries, allowed.excluded))
            rows = search_without(self._embeddings, asked, without, k, self._embeddings.shape[0] - 1)
            return tf.tensor_scatter_nd_update(found, short, rows)

        rows = tf.cond(tf.size(short) > 0, exact, lambda: tf.identity(found))
        return tf.ensure_shape(rows, [None, k])
