"""Reads the transformed examples: the tables of articles and customers, and the purchases."""

import dataclasses
import pathlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform as tft

from models.input_pipeline import without_autotuning
from models.retrieval.entities import ArticleTable, CustomerTable, article_table, content_values, customer_table
from models.retrieval.purchases import Purchases, sort_purchases
from models.retrieval.towers import CONTENT
from transforms import columns
from transforms import features as f
from transforms.content import read_content
from transforms.errors import DataError

_BATCH = 8192
# Transform writes every column in every split. Parsing the columns that a split lacks would take most of the time.
_KEYS = {
    "articles": (columns.ARTICLE_ID, f.WORDS, *f.ARTICLE_CATEGORIES),
    "customers": (columns.CUSTOMER_ID, columns.AGE, "age_bucket", *f.CUSTOMER_CATEGORIES),
    "purchases": (columns.CUSTOMER_ID, f.BOUGHT, f.DAY, f.WEEK),
}


@dataclasses.dataclass(frozen=True)
class TrainingData:
    """Training data of the towers.

    Attributes:
        articles: article table; the row of an article is its vocabulary index.
        customers: customer table; the row of a customer is their vocabulary index.
        purchases: purchases with rows of both tables.
        sizes: sizes as for `Towers`.
    """

    articles: ArticleTable
    customers: CustomerTable
    purchases: Purchases
    sizes: dict[str, int]


def read_training_data(files: Sequence[str], transform: tft.TFTransformOutput, content: pathlib.Path) -> TrainingData:
    """Reads the splits `articles`, `customers` and `purchases` of the transformed examples.

    Args:
        files: patterns of the gzipped TFRecords of all three splits, `.../Split-<name>/*`.
        transform: transform graph that wrote the examples.
        content: file of the articles' content vectors.

    Raises:
        DataError: a vocabulary of ids does not hold each article or customer once, or lacks an id of a purchase.
        ValueError: a split is missing.
    """
    spec = transform.transformed_feature_spec()
    articles, customers, bought = (
        _read(_files_of_split(files, split), {name: spec[name] for name in map(f.transformed_name, keys)})
        for split, keys in _KEYS.items()
    )
    sizes = vocabulary_sizes(transform)
    _require_whole_vocabulary(columns.ARTICLE_ID, articles[f.transformed_name(columns.ARTICLE_ID)], sizes)
    _require_whole_vocabulary(columns.CUSTOMER_ID, customers[f.transformed_name(columns.CUSTOMER_ID)], sizes)
    _require_known(columns.CUSTOMER_ID, bought[f.transformed_name(columns.CUSTOMER_ID)], sizes)
    _require_known(columns.ARTICLE_ID, bought[f.transformed_name(f.BOUGHT)].values, sizes)
    by_id = np.argsort(articles[f.transformed_name(columns.ARTICLE_ID)], kind="stable")
    words = articles.pop(f.transformed_name(f.WORDS)).split()
    ids = [name.decode() for name in transform.vocabulary_by_name(f.vocabulary_name(columns.ARTICLE_ID))]
    vectors = content_values(read_content(content, pa.array(ids, pa.string())))
    words = [words[i] for i in by_id]
    article = article_table({name: values[by_id] for name, values in articles.items()}, words, vectors)
    by_id = np.argsort(customers[f.transformed_name(columns.CUSTOMER_ID)], kind="stable")
    customer = customer_table({name: values[by_id] for name, values in customers.items()})
    purchases = sort_purchases(
        np.repeat(bought[f.transformed_name(columns.CUSTOMER_ID)], bought[f.transformed_name(f.BOUGHT)].lengths),
        *(bought[f.transformed_name(key)].values for key in (f.BOUGHT, f.DAY, f.WEEK)),
    )
    return TrainingData(
        articles=article, customers=customer, purchases=purchases, sizes=tower_sizes(transform, article)
    )


def tower_sizes(transform: tft.TFTransformOutput, articles: ArticleTable) -> dict[str, int]:
    """Returns the sizes of `Towers`: those of the vocabularies by raw key, of the age buckets and of the content.

    Args:
        transform: transform graph.
        articles: article table.
    """
    return {**vocabulary_sizes(transform), "age_bucket": len(f.AGE_BOUNDARIES) + 2, CONTENT: articles.content.shape[1]}


def vocabulary_sizes(transform: tft.TFTransformOutput) -> dict[str, int]:
    """Returns the number of entries of each vocabulary, by raw key."""
    keys = (columns.ARTICLE_ID, columns.CUSTOMER_ID, f.WORDS, *f.ARTICLE_CATEGORIES, *f.CUSTOMER_CATEGORIES)
    return {key: transform.vocabulary_size_by_name(f.vocabulary_name(key)) for key in keys}


def _require_whole_vocabulary(key: str, indices: np.ndarray, sizes: dict[str, int]) -> None:
    """Checks that the rows hold each index of the vocabulary once. The tables are sorted by index."""
    if not np.array_equal(np.sort(indices), np.arange(sizes[key])):
        raise DataError(
            f"the vocabulary of {key} must hold each id of the table once, and no other. Received: "
            f"{sizes[key]:,} entries and {len(indices):,} rows, of which {int((indices < 0).sum()):,} are not in it. "
            "Rename ids that hold a line break"
        )


def _require_known(key: str, indices: np.ndarray, sizes: dict[str, int]) -> None:
    unknown = int(((indices < 0) | (indices >= sizes[key])).sum())
    if unknown:
        raise DataError(
            f"the vocabulary of {key} must hold every id of the purchases. Received: {unknown:,} purchases with an id "
            "that is not in it. Rename ids that hold a line break"
        )


def _files_of_split(files: Sequence[str], split: str) -> list[str]:
    names = [name for pattern in files if f"Split-{split}" in pattern for name in tf.io.gfile.glob(pattern)]
    if not names:
        raise ValueError(f"files must hold the split {split!r}. Received: {list(files)}.")
    return sorted(names)


@dataclasses.dataclass(frozen=True)
class _Lists:
    """Lists of different lengths: the concatenated values, and the length of each list."""

    values: np.ndarray
    lengths: np.ndarray

    def split(self) -> list[np.ndarray]:
        return np.split(self.values, np.cumsum(self.lengths)[:-1])


def _read(files: list[str], spec: dict) -> dict:
    """Reads the columns of a split: an array `[n]` for a dense column, `_Lists` for a sparse one."""
    records = tf.data.TFRecordDataset(files, compression_type="GZIP", num_parallel_reads=1)
    batches = records.batch(_BATCH).map(
        lambda serialised: tf.io.parse_example(serialised, spec), num_parallel_calls=tf.data.AUTOTUNE
    )
    parts: dict[str, list] = {name: [] for name in spec}
    for batch in without_autotuning(batches.prefetch(2)):
        for name, value in batch.items():
            if isinstance(value, tf.SparseTensor):
                ragged = tf.RaggedTensor.from_sparse(value)
                parts[name].append((ragged.values.numpy(), ragged.row_lengths().numpy()))
            else:
                parts[name].append(value.numpy())
    return {
        name: _Lists(*map(np.concatenate, zip(*part, strict=True)))
        if isinstance(spec[name], tf.io.VarLenFeature)
        else np.concatenate(part)
        for name, part in parts.items()
    }
