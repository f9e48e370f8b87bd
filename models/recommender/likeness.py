"""Articles on sale that are like an article by its attributes and words: the table of the channel `similar`."""

import numpy as np
import tensorflow as tf

from models.recommender.state import ARTICLE_NUMBERS
from models.retrieval.entities import ArticleTable

SIMILAR = 20
_COMMON = 0.1  # what a larger share of the catalogue has in common tells nothing
_BATCH = 256


def similar_tables(articles: ArticleTable, numbers: np.ndarray) -> dict[str, np.ndarray]:
    """The nearest other articles of each, of those that sold in the last 28 days.

    An article is the vector of the inverse document frequencies of its attributes and words; near is a large cosine
    (Salton and Buckley, Term-weighting approaches in automatic text retrieval, Information Processing & Management
    1988).

    Args:
        articles: the catalogue.
        numbers: `[articles + 1, len(ARTICLE_NUMBERS)]` float32, the state's.

    Returns:
        `similar_rows` `[articles + 1, n]` int32, best first, padded, and `similar_scores` float32, the cosines;
        n is `SIMILAR` or the number of articles on sale.
    """
    vectors = _vectors(articles)
    count = len(numbers) - 1
    on_sale = np.flatnonzero(numbers[:-1, ARTICLE_NUMBERS.index("sales_28d")] > 0)
    width = max(1, min(SIMILAR, len(on_sale)))
    rows = np.full((count + 1, width), count, np.int32)
    scores = np.zeros((count + 1, width), np.float32)
    wanted = _select(vectors, on_sale)
    for start in range(0, count if len(on_sale) else 0, _BATCH):
        asked = np.arange(start, min(start + _BATCH, count))
        asking = tf.sparse.to_dense(_select(vectors, asked))
        cosines = tf.transpose(tf.sparse.sparse_dense_matmul(wanted, asking, adjoint_b=True))
        itself = tf.constant(asked[:, None] == on_sale[None, :])
        best, place = tf.math.top_k(tf.where(itself, 0.0, cosines), width)
        scores[asked] = best.numpy()
        rows[asked] = np.where(scores[asked] > 0, on_sale[place.numpy()], count)
    return {"similar_rows": rows, "similar_scores": scores}


def _vectors(articles: ArticleTable) -> tf.SparseTensor:
    """`[articles, terms]` float32 of length 1: a term is a value of an attribute, or a word."""
    terms = np.concatenate([articles.categories, articles.words], axis=1)[:-1]
    fields = [*range(articles.categories.shape[1]), *[articles.categories.shape[1]] * articles.words.shape[1]]
    sizes = np.zeros(fields[-1] + 1, np.int64)
    np.maximum.at(sizes, fields, terms.max(axis=0, initial=-1) + 1)
    first = np.cumsum(sizes) - sizes
    row, column = np.nonzero(terms >= 0)
    term = terms[row, column] + first[fields][column]
    frequency = np.bincount(term, minlength=sizes.sum())
    weight = np.where(frequency <= _COMMON * len(terms), np.log(len(terms) / np.maximum(frequency, 1)), 0.0)[term]
    length = np.sqrt(np.bincount(row, weight**2, minlength=len(terms)))
    told = weight > 0
    order = np.lexsort((term[told], row[told]))
    places = np.stack([row[told], term[told]], axis=1)[order]
    values = (weight[told] / length[row[told]])[order]
    return tf.SparseTensor(places, tf.constant(values, tf.float32), [len(terms), sizes.sum()])


def _select(vectors: tf.SparseTensor, rows: np.ndarray) -> tf.SparseTensor:
    """Some of the rows, ascending."""
    places = vectors.indices.numpy()
    kept = np.isin(places[:, 0], rows)
    moved = np.stack([np.searchsorted(rows, places[kept, 0]), places[kept, 1]], axis=1)
    return tf.SparseTensor(moved, vectors.values.numpy()[kept], [len(rows), vectors.shape[1]])
