"""The index over the article embeddings: ScaNN, or exact search in core TensorFlow operations."""

import numpy as np
import tensorflow as tf

# For a recall of 0.98 at 200 of 105,542 articles (docs/serving.md).
_LEAVES_SHARE_SEARCHED = 0.4
_REORDERED_PER_NEIGHBOUR = 4
_SMALLEST_TREE = 20_000  # below it ScaNN's own advice is to compare with every point
_AT_ONCE = 32  # queries that `search_without` scores against the whole catalogue at once
_LEAST = -1e30


class ExactIndex(tf.Module):
    """Inner products with every article, in core operations that any model server has.

    Args:
        embeddings: `[articles, dim]` float32.
    """

    def __init__(self, embeddings: np.ndarray):
        super().__init__(name="exact_index")
        self._embeddings = tf.Variable(embeddings, trainable=False, name="index_embeddings")
        self._articles = int(embeddings.shape[0])

    def __call__(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """The k articles of largest inner product.

        Args:
            queries: `[batch, dim]` float32.
            k: how many.

        Returns:
            rows `[batch, k]` int32, best first, padded with the number of articles; scores `[batch, k]` float32.
        """
        found = min(k, self._articles)
        scores, rows = tf.math.top_k(tf.matmul(queries, self._embeddings, transpose_b=True), found)
        return _padded(rows, scores, k - found, self._articles)

    def twice(self, queries: tf.Tensor, k: int) -> tf.Tensor:
        """Twice as many for callers who leave some out: rows `[batch, 2 * k]` int32 as of `__call__`."""
        return self(queries, 2 * k)[0]

    def among(self, allowed, queries: tf.Tensor, k: int) -> tf.Tensor:
        """The k nearest of the allowed articles; see `search_without`."""
        return search_without(self._embeddings, queries, allowed.excluded, k, self._articles)


class ScannIndex(tf.Module):
    """ScaNN's approximate search: a partition tree with asymmetric hashing, the best reordered exactly.

    Args:
        embeddings: `[articles, dim]` float32.
        k: largest number of neighbours that will be asked for.
    """

    def __init__(self, embeddings: np.ndarray, k: int):
        super().__init__(name="scann_index")
        from scann.scann_ops.py import scann_ops

        self._searcher_from_module = scann_ops.searcher_from_module
        self._articles = int(embeddings.shape[0])
        self._k = k
        builder = scann_ops.builder(embeddings, min(k, self._articles), "dot_product")
        if self._articles >= _SMALLEST_TREE:
            leaves = int(np.sqrt(self._articles))
            builder = builder.tree(
                leaves,
                max(1, int(leaves * _LEAVES_SHARE_SEARCHED)),
                training_sample_size=min(self._articles, 100_000),
            )
            builder = builder.score_ah(2, anisotropic_quantization_threshold=0.2)
            builder = builder.reorder(min(self._articles, _REORDERED_PER_NEIGHBOUR * k))
        else:
            builder = builder.score_brute_force()
        self.tensors = builder.build().serialize_to_module()

    def __call__(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """The k articles of (nearly) largest inner product; shapes as in `ExactIndex`.

        Raises:
            ValueError: if k is above what the index was built for: no more than that is reordered.
        """
        if k > self._k:
            raise ValueError(f"k must be at most the k the index was built for, {self._k}. Received: k = {k}.")
        return self._search(queries, k)

    def twice(self, queries: tf.Tensor, k: int) -> tf.Tensor:
        """Twice as many for callers who leave some out: rows `[batch, 2 * k]` int32 as of `__call__`.

        The first k are those of `__call__`. The others are reordered too, but with lower recall.
        """
        return self._search(queries, 2 * k)[0]

    def _search(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        found = min(k, self._articles)
        searcher = self._searcher_from_module(self.tensors)
        rows, scores = searcher.search_batched(queries, final_num_neighbors=found)
        shape = [tf.shape(queries)[0], found]  # of no queries, ScaNN makes [0, 0]
        rows, scores = tf.reshape(rows, shape), tf.reshape(scores, shape)
        return _padded(rows, scores, k - found, self._articles)


def build_index(kind: str, embeddings: np.ndarray, k: int) -> ExactIndex | ScannIndex:
    """The index of a kind, `exact` or `scann`.

    Args:
        kind: which.
        embeddings: `[articles, dim]` float32.
        k: largest number of neighbours that will be asked for.

    Raises:
        ValueError: for another kind.
    """
    if kind == "exact":
        return ExactIndex(embeddings)
    if kind == "scann":
        return ScannIndex(embeddings, k)
    raise ValueError(f"kind must be 'exact' or 'scann'. Received: kind = {kind!r}.")


def search_without(embeddings: tf.Tensor, queries: tf.Tensor, excluded: tf.Tensor, k: int, articles: int) -> tf.Tensor:
    """Exact search: the k articles with the largest inner product that are not excluded.

    Processes the queries in chunks, so that memory does not grow with the batch.

    Args:
        embeddings: `[n, dim]` float32; the first `articles` rows are those of the articles.
        queries: `[batch, dim]` float32.
        excluded: `[batch, m]` int32 rows, padded with `articles`.
        k: number of articles to return.
        articles: number of articles.

    Returns:
        `[batch, k]` int32 rows, best first, padded if fewer are left.
    """
    count, found = tf.shape(queries)[0], min(k, articles)
    size = tf.maximum(tf.minimum(count, _AT_ONCE), 1)
    parts = (count + size - 1) // size
    missing = [[0, parts * size - count], [0, 0]]
    excluded = tf.pad(excluded, missing, constant_values=articles)
    by_part = (
        tf.reshape(tf.pad(queries, missing), [parts, size, embeddings.shape[1]]),
        tf.reshape(excluded, [parts, size, tf.shape(excluded)[1]]),
    )

    def search(part):
        asked, without = part
        scores = tf.matmul(asked, embeddings, transpose_b=True)[:, :articles]
        at = tf.where(without < articles)
        cells = tf.stack([tf.cast(at[:, 0], tf.int32), tf.gather_nd(without, at)], axis=1)
        scores = tf.tensor_scatter_nd_update(scores, cells, tf.fill([tf.shape(cells)[0]], _LEAST))
        best, rows = tf.math.top_k(scores, found)
        return tf.where(best > _LEAST, rows, articles)

    rows = tf.map_fn(search, by_part, fn_output_signature=tf.TensorSpec([None, found], tf.int32), parallel_iterations=1)
    rows = tf.reshape(rows, [-1, found])[:count]
    return tf.ensure_shape(tf.pad(rows, [[0, 0], [0, k - found]], constant_values=articles), [None, k])


def recall_against_exact(index, exact: ExactIndex, queries: np.ndarray, k: int) -> float:
    """Mean share of the exact k nearest articles that the index finds too, in [0, 1]."""
    shares = []
    for start in range(0, len(queries), 256):
        batch = tf.constant(queries[start : start + 256])
        found, wanted = index(batch, k)[0].numpy(), exact(batch, k)[0].numpy()
        shares += [len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, wanted, strict=True)]
    return float(np.mean(shares))


def _padded(rows, scores, missing, pad):
    if missing:
        rows = tf.pad(rows, [[0, 0], [0, missing]], constant_values=pad)
        scores = tf.pad(scores, [[0, 0], [0, missing]])
    return rows, scores
