"""The towers' training data without transforming a million purchases: ids to indices by the tables of the entities."""

import pathlib

import numpy as np
import pyarrow.parquet as pq
import tensorflow as tf
import tensorflow_transform as tft

from models.recommender.tower_inputs import transform_entities
from models.retrieval.entities import ArticleTable, CustomerTable
from models.retrieval.purchases import sort_purchases
from models.retrieval.transformed import TrainingData, vocabulary_sizes
from transforms import columns
from transforms import features as f
from transforms.state_files import CATALOGUE, PEOPLE

_BATCH = 65_536


def training_data(states: pathlib.Path, examples: pathlib.Path, graph: pathlib.Path) -> TrainingData:
    """What `read_training_data` reads of the transformed examples, from the examples themselves.

    Args:
        states: folder with the catalogue and the people.
        examples: with the split `purchases`.
        graph: of Transform.
    """
    transform = tft.TFTransformOutput(str(graph))
    articles, customers = transform_entities(states, transform)
    bought = _read(examples / "Split-purchases")
    purchases = sort_purchases(
        customers.ids[_rows(states / PEOPLE, columns.CUSTOMER_ID, bought[columns.CUSTOMER_ID])],
        articles.ids[_rows(states / CATALOGUE, columns.ARTICLE_ID, bought[f.BOUGHT])],
        bought[f.DAY],
        bought[f.WEEK],
    )
    # Rows are the vocabularies' indices in training, those of the sorted ids in a state; nobody and nothing stay last.
    by_article, by_customer = (np.append(np.argsort(ids[:-1]), len(ids) - 1) for ids in (articles.ids, customers.ids))
    return TrainingData(
        articles=ArticleTable(articles.ids[by_article], articles.categories[by_article], articles.words[by_article]),
        customers=CustomerTable(
            customers.ids[by_customer], customers.categories[by_customer], customers.age[by_customer]
        ),
        purchases=purchases,
        sizes=vocabulary_sizes(transform),
    )


def _rows(path: pathlib.Path, key: str, ids: np.ndarray) -> np.ndarray:
    """Rows of ids in a table sorted by them, all of which it holds."""
    known = np.array([text.encode() for text in pq.read_table(path, columns=[key])[key].to_pylist()])
    return np.searchsorted(known, ids)


def _read(folder: pathlib.Path) -> dict[str, np.ndarray]:
    """Columns of the purchases, a customer's id repeated for each of hers."""
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
