"""The ranker's training input: features of stored lists, computed by the one graph with the week's own state."""

import dataclasses
import logging
import pathlib
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from models.input_pipeline import steady
from models.ranking.lists import Lists, sample
from models.recommender.builder import RecommenderBuilder
from models.recommender.recommender import Recommender
from models.retrieval.snapshot import snapshot_name
from transforms.calendar import Calendar, date_of
from transforms.errors import DataError
from transforms.progress import Progress

_BATCH = 256


@dataclasses.dataclass(frozen=True)
class StoredLists:
    """Lists as the candidates component wrote them, of one week.

    Attributes:
        customers: `[lists]` int32 customer rows.
        rows: `[lists, n]` int32 article rows, padded with -1.
        labels: `[lists, n]` float32: 1 bought, 0 not, -1 padding.
    """

    customers: np.ndarray
    rows: np.ndarray
    labels: np.ndarray


def read_lists(files: Sequence[str]) -> dict[int, StoredLists]:
    """Reads the Examples of the lists; by first day of the list week."""
    spec = {
        "day": tf.io.FixedLenFeature([], tf.int64),
        "customer_row": tf.io.FixedLenFeature([], tf.int64),
        "article_rows": tf.io.RaggedFeature(tf.int64),
        "labels": tf.io.RaggedFeature(tf.int64),
    }
    names = sorted(name for pattern in files for name in tf.io.gfile.glob(pattern))
    records = tf.data.TFRecordDataset(names, compression_type="GZIP").batch(4096)
    parts = [tf.io.parse_example(batch, spec) for batch in steady(records)]
    days = np.concatenate([part["day"].numpy() for part in parts])
    customers = np.concatenate([part["customer_row"].numpy() for part in parts]).astype(np.int32)
    rows = tf.concat([part["article_rows"] for part in parts], 0).to_tensor(-1).numpy().astype(np.int32)
    labels = tf.concat([part["labels"] for part in parts], 0).to_tensor(-1).numpy().astype(np.float32)
    return {
        int(day): StoredLists(customers[days == day], rows[days == day], labels[days == day]) for day in np.unique(days)
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
    """Features of all lists by first day of their week; each week by the graph of its own state and towers.

    Relative features need the whole list, so negatives are sampled after the features are computed.

    Args:
        stored: lists by first day of their week.
        builder: of the graphs.
        towers: folder of the snapshots.
        calendar: the days of the run.
        negatives: sampled of each list.
        seed: of the sampling.
    """
    weekly = {}
    with Progress("features of the lists", "lists", sum(len(lists.customers) for lists in stored.values())) as progress:
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
    """`[lists, n, features]` float32 of one week's lists; calls `on_batch` with the number of lists of each batch.

    Raises:
        DataError: the lists have row numbers that the state does not have.
    """
    signature = [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, None], tf.int32)]

    @tf.function(input_signature=signature, autograph=False)
    def compute(customers, rows):
        return recommender.features(recommender.query(customers), rows)

    state = recommender.state
    for what, values, size in (
        ("article", stored.rows, state.articles),
        ("customer", stored.customers, state.customers),
    ):
        if (values >= size).any():
            raise DataError(
                f"{what} rows of the lists must lie below the {size:,} of the state. Received: {values.max():,}; make "
                "lists and states from the same tables"
            )
    rows = np.where(stored.rows >= 0, stored.rows, state.articles).astype(np.int32)
    parts = []
    for start in range(0, len(rows), _BATCH):
        parts.append(compute(stored.customers[start : start + _BATCH], rows[start : start + _BATCH]).numpy())
        on_batch(len(parts[-1]))
    return np.concatenate(parts)
