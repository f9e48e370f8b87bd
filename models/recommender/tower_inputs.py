"""The inputs of the towers for the articles and customers of a state: transformed once and stored as variables."""

import pathlib

import numpy as np
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform as tft

from models.recommender.sparse import sparse_column
from models.retrieval.entities import ArticleTable, CustomerTable, article_table, content_values, customer_table
from models.retrieval.towers import Towers
from models.retrieval.validation import embed_all_articles
from transforms import columns
from transforms import features as f
from transforms.content import CONTENT_FILE, read_content
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE

_BATCH = 8192
_FLOATS = (columns.AGE,)


class TowerInputs(tf.Module):
    """Transformed features in the order of the state's rows; the unknown article and customer are last.

    Args:
        articles: transformed features of articles.
        customers: transformed features of customers.
        towers: towers that embed the articles.

    Attributes:
        article_index: `[articles + 1]` int32; -1 for articles that the towers were not trained on.
        customer_index: `[customers + 1]` int32.
        customer_categories: `[customers + 1, len(CUSTOMER_CATEGORIES) + 1]` int32.
        customer_age: `[customers + 1]` float32.
        embeddings: `[articles + 1, dim]` float32; zeros for the padding article.
    """

    def __init__(self, articles: ArticleTable, customers: CustomerTable, towers: Towers):
        super().__init__(name="tower_inputs")
        self.article_index = tf.Variable(
            towers.trained_index(tf.constant(articles.article_index)), trainable=False, name="article_index"
        )
        self.customer_index = tf.Variable(customers.customer_index, trainable=False, name="customer_index")
        self.customer_categories = tf.Variable(customers.categories, trainable=False, name="categories_xf")
        self.customer_age = tf.Variable(customers.age, trainable=False, name="age_xf")
        embeddings = embed_all_articles(towers, articles)
        embeddings[-1] = 0.0
        self.embeddings = tf.Variable(embeddings, trainable=False, name="article_embeddings")


def transform_entities(states: pathlib.Path, transform: tft.TFTransformOutput) -> tuple[ArticleTable, CustomerTable]:
    """Applies the transform graph to the raw articles and customers of a states folder.

    Args:
        states: folder with `articles.parquet`, `customers.parquet` and `content.parquet`.
        transform: transform graph.

    Raises:
        DataError: the graph maps two ids to one index, or returns a different number of rows than its input.
    """
    layer = transform.transform_features_layer()
    article_keys = (columns.ARTICLE_ID, columns.PRODUCT_NAME, columns.DESCRIPTION, *f.ARTICLE_CATEGORIES)
    customer_keys = (columns.CUSTOMER_ID, columns.AGE, *f.CUSTOMER_CATEGORIES)
    raw_articles = pq.read_table(states / ARTICLES_FILE, columns=list(article_keys))
    content = content_values(read_content(states / CONTENT_FILE, raw_articles[columns.ARTICLE_ID]))
    articles = _transform(raw_articles, layer, "articles")
    words = articles.pop(f.transformed_name(f.WORDS))
    raw_customers = pq.read_table(states / CUSTOMERS_FILE, columns=list(customer_keys))
    customers = _transform(raw_customers, layer, "customers", without=(f.transformed_name(f.WORDS),))
    return article_table(articles, words, content), customer_table(customers)


def _transform(table: pa.Table, layer, unit: str, without: tuple[str, ...] = ()) -> dict:
    """Transforms a table batch by batch, without the features `without`: arrays `[rows]`, and lists for words."""
    parts: dict[str, list] = {}
    with Progress("transform", unit, table.num_rows) as progress:
        for batch in table.to_batches(max_chunksize=_BATCH):
            inputs = {name: _sparse(batch.column(i), name) for i, name in enumerate(batch.schema.names)}
            for name, value in layer(inputs).items():
                if name in without:
                    continue
                if isinstance(value, tf.SparseTensor):
                    ragged = tf.RaggedTensor.from_sparse(value)
                    values, splits = ragged.values.numpy(), ragged.row_splits.numpy()
                    parts.setdefault(name, []).extend(np.split(values, splits[1:-1]))
                else:
                    parts.setdefault(name, []).append(value.numpy())
            progress.advance(batch.num_rows)
    words = f.transformed_name(f.WORDS)
    features = {name: part if name == words else np.concatenate(part) for name, part in parts.items()}
    _require_one_each(features, unit, table.num_rows)
    return features


def _require_one_each(features: dict, unit: str, rows: int) -> None:
    """Checks that no transformed row is missing and that ids have distinct indices."""
    for name, values in features.items():
        if len(values) != rows and name not in map(f.transformed_name, (f.BOUGHT, f.DAY, f.WEEK)):
            raise DataError(f"{name} must have a row for each of the {rows:,} {unit}. Received: {len(values):,}.")
    key = columns.ARTICLE_ID if unit == "articles" else columns.CUSTOMER_ID
    known = features[f.transformed_name(key)]
    known = known[known >= 0]
    if len(np.unique(known)) != len(known):
        raise DataError(
            f"the vocabulary of {key} must map each of the {unit} to a distinct index. Received: "
            f"{len(known):,} ids with {len(np.unique(known)):,} indices; train again"
        )


def _sparse(column: pa.Array, name: str) -> tf.SparseTensor:
    """Converts a raw column to the sparse column that the transform graph takes."""
    empty: float | str = 0.0 if name in _FLOATS else ""
    dtype = tf.float32 if name in _FLOATS else tf.string
    values = tf.constant(column.fill_null(empty).to_pylist(), dtype)
    return sparse_column(values, tf.constant(column.is_valid().to_numpy(zero_copy_only=False)))
