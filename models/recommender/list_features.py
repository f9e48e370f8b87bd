"""Computes the training input of the ranking network: features of stored lists, with the state of each list week."""

import dataclasses
import logging
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from models.input_pipeline import without_autotuning
from models.ranking.lists import Lists, sample
from models.recommender.builder import RecommenderBuilder
from models.recommender.recommender import Recommender
from models.retrieval.snapshot import snapshot_name
from models.tracing import traced_for
from transforms.calendar import Calendar, date_of
from transforms.errors import DataError
from transforms.progress import Progress

_BATCH = 256


@dataclasses.dataclass(frozen=True)
class StoredLists:
    """Lists of one week, as written by the candidates component.

    Attributes:
        customer_rows: `[lists]` int32.
        article_rows: `[lists, n]` int32, padded with -1.
        labels: `[lists, n]` float32: 1 bought, 0 not, -1 padding.
    """

    customer_rows: np.ndarray
    article_rows: np.ndarray
    labels: np.ndarray


def read_lists(files: Sequence[str]) -> dict[int, StoredLists]:
    """Reads the Examples of lists.

    Args:
        files: patterns of the gzipped TFRecords.

    Returns:
        Lists by the first day of their week.
    """
    spec = {
        "day": tf.io.FixedLenFeature([], tf.int64),
        "customer_row": tf.io.FixedLenFeature([], tf.int64),
        "article_rows": tf.io.RaggedFeature(tf.int64),
        "labels": tf.io.RaggedFeature(tf.int64),
    }
    names = sorted(name for pattern in files for name in tf.io.gfile.glob(pattern))
    records = tf.data.TFRecordDataset(names, compression_type="GZIP").batch(4096)
    parts = [tf.io.parse_example(batch, spec) for batch in without_autotuning(records)]
    days = np.concatenate([part["day"].numpy() for part in parts])
    customer_rows = np.concatenate([part["customer_row"].numpy() for part in parts]).astype(np.int32)
    article_rows = tf.concat([part["article_rows"] for part in parts], 0).to_tensor(-1).numpy().astype(np.int32)
    labels = tf.concat([part["labels"] for part in parts], 0).to_tensor(-1).numpy().astype(np.float32)
    return {
        int(day): StoredLists(customer_rows[days == day], article_rows[days == day], labels[days == day])
        for day in np.unique(days)
    }


def training_lists(
    stored: dict[int, StoredLists],
    builder: RecommenderBuilder,
    towers: pathlib.Path,
    calendar: Calendar,
    *,
    negatives: int,
    seed: int,
) -> dict[int, Lists]:
    """Computes the features of all lists, each week with its own state and towers, and samples negatives.

    Relative features need the whole list, so negatives are sampled after the features are computed.

    Args:
        stored: lists by the first day of their week.
        builder: builder of the recommenders.
        towers: folder of the snapshots.
        calendar: days of the run.
        negatives: maximum number of negatives of a list.
        seed: seed of the sampling.

    Returns:
        Training lists by the first day of their week.
    """
    weekly = {}
    with Progress(
        "features of the lists", "lists", sum(len(lists.customer_rows) for lists in stored.values())
    ) as progress:
        for week, day in enumerate((*calendar.list_days, calendar.cut)):
            if day not in stored:
                continue
            recommender = builder.build(day, towers / snapshot_name(week))
            features = list_features(recommender, stored[day], progress.advance)
            logging.info("features of %s: %d lists", date_of(day), len(features))
            weekly[day] = sample(features, stored[day].labels, negatives, seed + week)
    return weekly


def list_features(
    recommender: Recommender, stored: StoredLists, on_batch: Callable[[int], None] = lambda lists: None
) -> np.ndarray:
    """Computes the features of the lists of one week.

    Args:
        recommender: recommender of the week.
        stored: lists of the week.
        on_batch: called with the number of lists of each batch.

    Returns:
        `[lists, n, features]` float32.

    Raises:
        DataError: the lists have row numbers that the state does not have.
    """
    signature = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, None], tf.int32)]

    def compute(customer_rows, article_rows):
        return recommender.features(recommender.query(customer_rows), article_rows)

    state = recommender.state
    for what, values, size in (
        ("article", stored.article_rows, state.num_articles),
        ("customer", stored.customer_rows, state.num_customers),
    ):
        if (values >= size).any():
            raise DataError(
                f"{what} rows of the lists must lie below the {size:,} of the state. Received: {values.max():,}; build "
                "lists and states from the same tables"
            )
    article_rows = np.where(stored.article_rows >= 0, stored.article_rows, state.num_articles).astype(np.int32)
    starts = range(0, len(article_rows), _BATCH)
    compute = traced_for(len(starts), compute, signature)
    parts = []
    for start in starts:
        batch = slice(start, start + _BATCH)
        of_batch = compute(tf.constant(stored.customer_rows[batch]), tf.constant(article_rows[batch]))
        parts.append(of_batch.numpy())
        on_batch(len(parts[-1]))
    return np.concatenate(parts)
