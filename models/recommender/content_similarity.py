"""Similarity of articles by attributes and words: the table of the channel `similar`."""

import numpy as np
import tensorflow as tf

from models.recommender.state import ARTICLE_NUMBERS
from models.retrieval.entities import ArticleTable

NUM_SIMILAR = 20
_MAX_TERM_SHARE = 0.1  # terms of a larger share of the articles have weight 0
_BATCH = 256


def similar_tables(articles: ArticleTable, numbers: np.ndarray) -> dict[str, np.ndarray]:
    """Finds the most similar articles of each article among those bought in the last 28 days.

    The vector of an article holds the inverse document frequencies of its attributes and words; similarity is the
    cosine (Salton and Buckley, Term-weighting approaches in automatic text retrieval, Information Processing &
    Management 1988).

    Args:
        articles: transformed features of all articles.
        numbers: `[articles + 1, len(ARTICLE_NUMBERS)]` float32, numbers of the state.

    Returns:
        `similar_rows` `[articles + 1, n]` int32 article rows, best first, padded with the number of articles, and
        `similar_scores` `[articles + 1, n]` float32 cosines. n is `NUM_SIMILAR`, or the number of articles bought in
        the last 28 days if that is smaller.
    """
    vectors = _vectors(articles)
    num_articles = len(numbers) - 1
    recently_bought = np.flatnonzero(numbers[:-1, ARTICLE_NUMBERS.index("purchases_28d")] > 0)
    width = max(1, min(NUM_SIMILAR, len(recently_bought)))
    rows = np.full((num_articles + 1, width), num_articles, np.int32)
    scores = np.zeros((num_articles + 1, width), np.float32)
    candidates = _select(vectors, recently_bought)
    for start in range(0, num_articles if len(recently_bought) else 0, _BATCH):
        batch_rows = np.arange(start, min(start + _BATCH, num_articles))
        queries = tf.sparse.to_dense(_select(vectors, batch_rows))
        cosines = tf.transpose(tf.sparse.sparse_dense_matmul(candidates, queries, adjoint_b=True))
        itself = tf.constant(batch_rows[:, None] == recently_bought[None, :])
        best, position = tf.math.top_k(tf.where(itself, 0.0, cosines), width)
        scores[batch_rows] = best.numpy()
        rows[batch_rows] = np.where(scores[batch_rows] > 0, recently_bought[position.numpy()], num_articles)
    return {"similar_rows": rows, "similar_scores": scores}


def _vectors(articles: ArticleTable) -> tf.SparseTensor:
    """Returns vectors of length 1, `[articles, terms]` float32; a term is a value of an attribute, or a word."""
    terms = np.concatenate([articles.categories, articles.words], axis=1)[:-1]
    fields = [*range(articles.categories.shape[1]), *[articles.categories.shape[1]] * articles.words.shape[1]]
    sizes = np.zeros(fields[-1] + 1, np.int64)
    np.maximum.at(sizes, fields, terms.max(axis=0, initial=-1) + 1)
    first = np.cumsum(sizes) - sizes
    row, column = np.nonzero(terms >= 0)
    term = terms[row, column] + first[fields][column]
    frequency = np.bincount(term, minlength=sizes.sum())
    inverse = np.log(len(terms) / np.maximum(frequency, 1))
    weight = np.where(frequency <= _MAX_TERM_SHARE * len(terms), inverse, 0.0)[term]
    length = np.sqrt(np.bincount(row, weight**2, minlength=len(terms)))
    kept = weight > 0
    order = np.lexsort((term[kept], row[kept]))
    indices = np.stack([row[kept], term[kept]], axis=1)[order]
    values = (weight[kept] / length[row[kept]])[order]
    return tf.SparseTensor(indices, tf.constant(values, tf.float32), [len(terms), sizes.sum()])


def _select(vectors: tf.SparseTensor, rows: np.ndarray) -> tf.SparseTensor:
    """Returns the vectors of some rows, which must be ascending."""
    indices = vectors.indices.numpy()
    kept = np.isin(indices[:, 0], rows)
    moved = np.stack([np.searchsorted(rows, indices[kept, 0]), indices[kept, 1]], axis=1)
    return tf.SparseTensor(moved, vectors.values.numpy()[kept], [len(rows), vectors.shape[1]])
