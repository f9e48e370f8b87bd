"""Training data of the towers, without running Transform on all purchases: converts ids with the tables of entities."""

import pathlib

import numpy as np
import pyarrow.parquet as pq
import tensorflow as tf
import tensorflow_transform as tft

from models.recommender.tower_inputs import transform_entities
from models.retrieval.entities import ArticleTable, CustomerTable
from models.retrieval.purchases import sort_purchases
from models.retrieval.transformed import TrainingData, tower_sizes
from transforms import columns
from transforms import features as f
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE

_BATCH = 65_536


def training_data(states: pathlib.Path, examples: pathlib.Path, graph: pathlib.Path) -> TrainingData:
    """The result of `read_training_data`, computed from the examples before Transform.

    Args:
        states: folder with the catalogue and the customers.
        examples: folder with the split `purchases`.
        graph: folder of Transform's graph.
    """
    transform = tft.TFTransformOutput(str(graph))
    articles, customers = transform_entities(states, transform)
    bought = _read(examples / "Split-purchases")
    purchases = sort_purchases(
        customers.customer_index[_rows(states / CUSTOMERS_FILE, columns.CUSTOMER_ID, bought[columns.CUSTOMER_ID])],
        articles.article_index[_rows(states / ARTICLES_FILE, columns.ARTICLE_ID, bought[f.BOUGHT])],
        bought[f.DAY],
        bought[f.WEEK],
    )
    # Rows are indices of the vocabularies in training, but positions of sorted ids in a state. The last row is unknown.
    by_article, by_customer = (
        np.append(np.argsort(ids[:-1]), len(ids) - 1) for ids in (articles.article_index, customers.customer_index)
    )
    return TrainingData(
        articles=ArticleTable(
            **{
                name: getattr(articles, name)[by_article]
                for name in ("article_index", "categories", "words", "content")
            }
        ),
        customers=CustomerTable(
            customers.customer_index[by_customer], customers.categories[by_customer], customers.age[by_customer]
        ),
        purchases=purchases,
        sizes=tower_sizes(transform, articles),
    )


def _rows(path: pathlib.Path, key: str, ids: np.ndarray) -> np.ndarray:
    """Rows of ids in a table that is sorted by id and contains all of them."""
    known = np.array([text.encode() for text in pq.read_table(path, columns=[key])[key].to_pylist()])
    return np.searchsorted(known, ids)


def _read(folder: pathlib.Path) -> dict[str, np.ndarray]:
    """Columns of the purchases, with the customer's id repeated for each purchase."""
    spec = {
        columns.CUSTOMER_ID: tf.io.FixedLenFeature([], tf.string),
        f.BOUGHT: tf.io.RaggedFeature(tf.string),
        f.DAY: tf.io.RaggedFeature(tf.int64),
        f.WEEK: tf.io.RaggedFeature(tf.int64),
    }
    files = sorted(str(path) for path in folder.iterdir())
    records = tf.data.TFRecordDataset(files, compression_type="GZIP").batch(_BATCH)
    parts = [tf.io.parse_example(batch, spec) for batch in records]
    lists = {name: np.concatenate([part[name].values.numpy() for part in parts]) for name in (f.BOUGHT, f.DAY, f.WEEK)}
    repeated = [np.repeat(part[columns.CUSTOMER_ID].numpy(), part[f.DAY].row_lengths().numpy()) for part in parts]
    return {columns.CUSTOMER_ID: np.concatenate(repeated), **lists}
