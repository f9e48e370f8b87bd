"""Nearest-neighbour search over the article embeddings: ScaNN, or exact search with core TensorFlow operations."""

import hashlib

import numpy as np
import tensorflow as tf

from models.retrieval.config import ScannConfig


class ExactIndex(tf.Module):
    """Exact search by inner products with every article, in core operations that every model server supports.

    Args:
        embeddings: `[articles, dim]` float32.
    """

    def __init__(self, embeddings: np.ndarray):
        super().__init__(name="exact_index")
        self._embeddings = tf.Variable(embeddings, trainable=False, name="index_embeddings")
        self._num_articles = int(embeddings.shape[0])

    def __call__(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds the k articles with the largest inner product.

        Args:
            queries: `[batch, dim]` float32.
            k: number of articles.

        Returns:
            Article rows `[batch, k]` int32, best first, padded with the number of articles, and their scores
            `[batch, k]` float32.
        """
        found = min(k, self._num_articles)
        scores, rows = tf.math.top_k(tf.matmul(queries, self._embeddings, transpose_b=True), found)
        return _padded(rows, scores, k - found, self._num_articles)

    def search_double(self, queries: tf.Tensor, k: int) -> tf.Tensor:
        """Finds the 2 * k nearest articles, for callers that filter the result.

        Args:
            queries: `[batch, dim]` float32.
            k: half the number of articles.

        Returns:
            Article rows `[batch, 2 * k]` int32, as from `__call__`.
        """
        return self(queries, 2 * k)[0]


class ScannIndex(tf.Module):
    """ScaNN's approximate search: a partition tree with asymmetric hashing and exact reordering of the best.

    Args:
        embeddings: `[articles, dim]` float32.
        k: largest number of neighbours that `__call__` is asked for.
        config: settings of the search. The defaults give a recall of 0.98 at 200 of 105,542 articles (docs/serving.md).
    """

    def __init__(self, embeddings: np.ndarray, k: int, config: ScannConfig | None = None):
        super().__init__(name="scann_index")
        from scann.scann_ops.py import scann_ops

        config = config or ScannConfig()
        self._scann_ops = scann_ops
        self._num_articles = int(embeddings.shape[0])
        self._k = k
        builder = scann_ops.builder(embeddings, min(k, self._num_articles), "dot_product")
        if self._num_articles >= config.tree_from_articles:
            sample = min(self._num_articles, config.training_sample)
            leaves = min(config.leaves or int(np.sqrt(self._num_articles)), sample)
            builder = builder.tree(leaves, max(1, int(leaves * config.searched_share)), training_sample_size=sample)
            builder = builder.score_ah(2, anisotropic_quantization_threshold=0.2)
            builder = builder.reorder(min(self._num_articles, config.reordered_per_neighbour * k))
        else:
            builder = builder.score_brute_force()
        self.tensors = builder.build().serialize_to_module()
        # Searchers of one name in one process or one model would be the same one.
        content = (embeddings.tobytes(), self.tensors.scann_config.numpy().item())
        self._searcher_name = hashlib.blake2b(b"".join(content), digest_size=12).hexdigest()

    def __call__(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds, approximately, the k articles with the largest inner product; arguments as in `ExactIndex`.

        Raises:
            ValueError: k is larger than the k of the index, which is the number of articles it reorders.
        """
        if k > self._k:
            raise ValueError(f"k must be at most the k the index was built for, {self._k}. Received: k = {k}.")
        return self._search(queries, k)

    def search_double(self, queries: tf.Tensor, k: int) -> tf.Tensor:
        """Finds the 2 * k nearest articles, as in `ExactIndex`.

        The first k are those of `__call__`. The others are reordered too, but with lower recall.
        """
        return self._search(queries, 2 * k)[0]

    def _searcher(self):
        """The searcher. `searcher_from_module` would give all searchers of a model the name of the operation."""
        t = self.tensors
        handle = self._scann_ops.tensors_to_scann(
            t.dataset,
            t.scann_config,
            t.serialized_partitioner,
            t.datapoint_to_token,
            t.ah_codebook,
            t.hashed_dataset,
            t.int8_dataset,
            t.int8_multipliers,
            t.dp_norms,
            shared_name=self._searcher_name,
        )
        return self._scann_ops.ScannSearcher(handle)

    def _search(self, queries: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        rows, scores = self._searcher().search_batched(queries, final_num_neighbors=min(k, self._num_articles))
        # Where the searched leaves have fewer articles, ScaNN fills up with row 0 and nan, to the width of the longest.
        empty = tf.math.is_nan(scores)
        rows = tf.where(empty, self._num_articles, rows)
        scores = tf.where(empty, 0.0, scores)
        rows, scores = _padded(rows, scores, k - tf.shape(rows)[1], self._num_articles)
        return tf.ensure_shape(rows, [None, k]), tf.ensure_shape(scores, [None, k])


def build_index(kind: str, embeddings: np.ndarray, k: int, scann: ScannConfig | None = None) -> ExactIndex | ScannIndex:
    """Builds the index of a kind.

    Args:
        kind: `exact` or `scann`.
        embeddings: `[articles, dim]` float32.
        k: largest number of neighbours that `__call__` is asked for.
        scann: settings of `scann`.

    Raises:
        ValueError: `kind` has another value.
    """
    if kind == "exact":
        return ExactIndex(embeddings)
    if kind == "scann":
        return ScannIndex(embeddings, k, scann)
    raise ValueError(f"kind must be 'exact' or 'scann'. Received: kind = {kind!r}.")


def recall_against_exact(index, exact: ExactIndex, queries: np.ndarray, k: int) -> float:
    """Returns the mean share of the exact k nearest articles that an index finds, in [0, 1].

    Args:
        index: index to measure.
        exact: exact index over the same articles.
        queries: `[n, dim]` float32, at least one.
        k: number of articles.
    """
    shares = []
    for start in range(0, len(queries), 256):
        batch = tf.constant(queries[start : start + 256])
        found, wanted = index(batch, k)[0].numpy(), exact(batch, k)[0].numpy()
        shares += [len(np.intersect1d(a, b)) / len(b) for a, b in zip(found, wanted, strict=True)]
    return float(np.mean(shares))


def _padded(rows, scores, missing, pad):
    """Appends `missing` columns of padding to rows and scores `[batch, n]`."""
    rows = tf.pad(rows, [[0, 0], [0, missing]], constant_values=pad)
    return rows, tf.pad(scores, [[0, 0], [0, missing]])
