"""What the towers need to know of the state's articles and customers: transformed once, held as variables."""

import pathlib

import numpy as np
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform as tft

from models.recommender.sparse import sparse_column
from models.retrieval.entities import ArticleTable, CustomerTable, article_table, customer_table
from models.retrieval.towers import Towers
from models.retrieval.validation import embed_catalogue
from transforms import columns
from transforms import features as f
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import CATALOGUE, PEOPLE

_BATCH = 8192
_FLOATS = (columns.AGE,)


class TowerInputs(tf.Module):
    """Tables in the order of the state's rows, the unknown article and customer behind.

    Args:
        articles: transformed features of the catalogue.
        customers: transformed features of the people.
        towers: embed the catalogue once.
    """

    def __init__(self, articles: ArticleTable, customers: CustomerTable, towers: Towers):
        super().__init__(name="tower_inputs")
        self.article_ids = tf.Variable(articles.ids, trainable=False, name="article_ids_xf")
        self.customer_ids = tf.Variable(customers.ids, trainable=False, name="customer_ids_xf")
        self.customer_categories = tf.Variable(customers.categories, trainable=False, name="categories_xf")
        self.customer_age = tf.Variable(customers.age, trainable=False, name="age_xf")
        embeddings = embed_catalogue(towers, articles)
        embeddings[-1] = 0.0
        self.embeddings = tf.Variable(embeddings, trainable=False, name="article_embeddings")


def transform_entities(states: pathlib.Path, transform: tft.TFTransformOutput) -> tuple[ArticleTable, CustomerTable]:
    """Applies the transform graph to the raw catalogue and people of a states folder.

    Args:
        states: the folder with `catalogue.parquet` and `people.parquet`.
        transform: the graph of Transform.

    Raises:
        DataError: the graph maps two ids to one index, or returns a different number of rows than its input.
    """
    layer = transform.transform_features_layer()
    article_keys = (columns.ARTICLE_ID, columns.PRODUCT_NAME, columns.DESCRIPTION, *f.ARTICLE_CATEGORIES)
    customer_keys = (columns.CUSTOMER_ID, columns.AGE, *f.CUSTOMER_CATEGORIES)
    articles = _transform(pq.read_table(states / CATALOGUE, columns=list(article_keys)), layer, "articles")
    words = articles.pop(f.transformed_name(f.WORDS))
    people = pq.read_table(states / PEOPLE, columns=list(customer_keys))
    customers = _transform(people, layer, "customers", without=(f.transformed_name(f.WORDS),))
    return article_table(articles, words), customer_table(customers)


def _transform(table: pa.Table, layer, unit: str, without: tuple[str, ...] = ()) -> dict:
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
    """Checks that each transformed row is present and that ids are distinct."""
    for name, values in features.items():
        if len(values) != rows and name not in map(f.transformed_name, (f.BOUGHT, f.DAY, f.WEEK)):
            raise DataError(f"{name} must have a row for each of the {rows:,} {unit}. Received: {len(values):,}.")
    key = columns.ARTICLE_ID if unit == "articles" else columns.CUSTOMER_ID
    known = features[f.transformed_name(key)]
    known = known[known >= 0]
    if len(np.unique(known)) != len(known):
        raise DataError(f"the vocabulary of {key} must map each of the {unit} to its own index; train again")


def _sparse(column: pa.Array, name: str) -> tf.SparseTensor:
    empty: float | str = 0.0 if name in _FLOATS else ""
    dtype = tf.float32 if name in _FLOATS else tf.string
    values = tf.constant(column.fill_null(empty).to_pylist(), dtype)
    return sparse_column(values, tf.constant(column.is_valid().to_numpy(zero_copy_only=False)))
