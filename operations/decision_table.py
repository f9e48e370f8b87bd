"""The table of the final model: a row for each candidate of a week's customers, for feature stores and notebooks.

A row has a customer, a week and an article, with label, score, the outputs of the partial models, the places in the
candidate channels and the features. `table_schema` defines the columns.
"""

import dataclasses
import pathlib
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import tensorflow as tf

from components.weights import FOLDER, RANKING, TRANSFORM
from models.ranking.config import REFITTED
from models.recommender import features
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.candidates import active_channels, find_proposals
from models.recommender.config import RecommenderConfig
from models.recommender.features.pairs import Pairs
from models.recommender.recommender import Recommender
from models.retrieval.snapshot import snapshot_name
from models.tracing import traced_for
from operations.partial_outputs import PARTIAL_OUTPUTS
from operations.step_outputs import newest_output
from operations.table_schema import (
    CHANNEL,
    EVENT_TIME,
    FEATURE,
    LABEL,
    PARTIAL,
    RANK,
    SCORE,
    TIME,
    WEEK_ID,
    table_schema,
    write_schema,
)
from transforms import columns
from transforms.atomic_path import atomic_path
from transforms.calendar import Calendar, date_of, load_calendar
from transforms.errors import ConfigError
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE, labels_file

_BATCH = 128
_PART = "part-0.parquet"


@dataclasses.dataclass(frozen=True)
class Trained:
    """What a training run left in its output folder.

    Attributes:
        graph: folder with the states and the towers of every list week.
        weights: folder of the artifact `Weights`.
    """

    graph: pathlib.Path
    weights: pathlib.Path


def find_trained(out: pathlib.Path) -> Trained:
    """Finds the newest candidates and weights in `OUT`.

    Raises:
        DataError: the folder has none.
    """
    graph = newest_output(out, "Candidates", "graph") / "Format-Serving"
    return Trained(graph, newest_output(out, "GatherWeights", "weights"))


def write_table(trained: Trained, config: RecommenderConfig, week: str | None, to: pathlib.Path) -> pathlib.Path:
    """Writes the table of one week as a partition, and the table's `_schema.json`.

    A list week is scored by the network that was trained on it, the test week by the same network, which has not seen
    it, and the week after the data, which has no labels, by the refitted network if there is one.

    Args:
        trained: states, towers and weights.
        config: channels and limits of the training.
        week: first day of the week, `YYYY-MM-DD`: a list week, the test week, or the week after the data. None for the
            test week.
        to: folder to write to, created if it is missing.

    Returns:
        The file `to/week_id=<week>/part-0.parquet`. Other weeks in `to` stay.

    Raises:
        ConfigError: the run has no such week.
    """
    states = trained.graph / STATES
    calendar = load_calendar(states)
    day = calendar.cut if week is None else _day_of(calendar, week)
    snapshot = min(calendar.state_days.index(day), calendar.list_weeks)
    ranking = trained.weights / FOLDER / RANKING
    if day == calendar.end and (ranking / REFITTED).is_dir():
        ranking = ranking / REFITTED
    builder = RecommenderBuilder(config, states, trained.weights / FOLDER / TRANSFORM)
    recommender = builder.build(day, trained.graph / TOWERS / snapshot_name(snapshot), ranking)
    customers, bought = _customers(states, day, recommender, calendar)
    schema = table_schema(config)
    file = to / f"{WEEK_ID}={date_of(day)}" / _PART
    with (
        Progress("table", "customers", len(customers)) as progress,
        atomic_path(file) as unfinished,
        pq.ParquetWriter(unfinished, schema) as writer,
    ):
        for values in _batches(recommender, day, states, customers, bought, progress):
            writer.write_table(pa.table([values[name] for name in schema.names], schema=schema))
    write_schema(schema, to)
    return file


def _day_of(calendar: Calendar, week: str) -> int:
    days = {date_of(day): day for day in calendar.state_days}
    if week not in days:
        raise ConfigError(f"--week must be the first day of a week of the run: {', '.join(days)}. Received: {week}")
    return days[week]


def _customers(
    states: pathlib.Path, day: int, recommender: Recommender, calendar: Calendar
) -> tuple[np.ndarray, np.ndarray | None]:
    """The rows of the week's buyers and the keys of what they bought; all customers and None after the data."""
    if day == calendar.end:
        return np.arange(recommender.state.num_customers, dtype=np.int32), None
    labels = pq.read_table(labels_file(states, day))
    rows = labels["customer_row"].to_numpy()
    return np.unique(rows).astype(np.int32), _keys(rows, labels["article_row"].to_numpy(), recommender)


def _keys(customer_rows: np.ndarray, article_rows: np.ndarray, recommender: Recommender) -> np.ndarray:
    return customer_rows.astype(np.int64) * (recommender.state.num_articles + 1) + article_rows


def _batches(
    recommender: Recommender,
    day: int,
    states: pathlib.Path,
    customers: np.ndarray,
    bought: np.ndarray | None,
    progress: Progress,
) -> Iterator[dict[str, pa.Array]]:
    """Yields the columns of each batch of customers, by name."""
    channels = [name for name, _ in active_channels(recommender.config)]
    customer_ids = pq.read_table(states / CUSTOMERS_FILE, columns=[columns.CUSTOMER_ID])[columns.CUSTOMER_ID]
    article_ids = pq.read_table(states / ARTICLES_FILE, columns=[columns.ARTICLE_ID])[columns.ARTICLE_ID]

    def ask(customer_rows):
        query = recommender.query(customer_rows)
        rows = recommender.candidates(query).article_rows
        pairs = Pairs(query, rows, recommender.inputs.embeddings)
        values = features.compute(pairs)
        partial = tf.stack([output.compute(pairs) for output in PARTIAL_OUTPUTS], axis=2)
        assert recommender.ranker is not None
        proposals = find_proposals(query, recommender.nearest, recommender.config)
        ranks = tf.stack([_rank_in(proposed, rows, query.pad) for proposed in proposals], axis=2)
        return rows, values, recommender.ranker(values), ranks, partial

    starts = range(0, max(len(customers), 1), _BATCH)
    answer = traced_for(len(starts), ask, [tf.TensorSpec([None], tf.int32)])
    for start in starts:
        chosen = customers[start : start + _BATCH]
        rows, values, scores, ranks, partial = (tensor.numpy() for tensor in answer(tf.constant(chosen, tf.int32)))
        real = rows < recommender.state.num_articles
        owners = np.repeat(chosen, real.sum(axis=1))
        order = np.argsort(np.argsort(np.where(real, -scores, np.inf), axis=1, kind="stable"), axis=1, kind="stable")
        labels = None if bought is None else np.isin(_keys(owners, rows[real], recommender), bought)
        table = {
            columns.CUSTOMER_ID: customer_ids.take(pa.array(owners)).combine_chunks(),
            columns.ARTICLE_ID: article_ids.take(pa.array(rows[real])).combine_chunks(),
            EVENT_TIME: pa.array(np.full(len(owners), np.datetime64(date_of(day), "us"))).cast(TIME),
            RANK: pa.array(order[real], pa.int32()),
            SCORE: pa.array(scores[real], pa.float32()),
            LABEL: pa.nulls(len(owners), pa.int32()) if labels is None else pa.array(labels).cast(pa.int32()),
        }
        for i, output in enumerate(PARTIAL_OUTPUTS):
            value = partial[:, :, i][real]
            table[f"{PARTIAL}{output.name}"] = pa.array(value, pa.float32(), mask=np.isnan(value))
        for i, name in enumerate(channels):
            rank = ranks[:, :, i][real]
            table[f"{CHANNEL}{name}"] = pa.array(rank, pa.int32(), mask=rank < 0)
        for i, name in enumerate(features.NAMES):
            table[f"{FEATURE}{name}"] = pa.array(values[:, :, i][real], pa.float32())
        progress.advance(len(chosen))
        yield table


def _rank_in(proposed: tf.Tensor, rows: tf.Tensor, pad: tf.Tensor) -> tf.Tensor:
    """The position of each candidate in a channel's proposals, `[batch, candidates]` int32; -1 if it is not there."""
    same = (proposed[:, None, :] == rows[:, :, None]) & (rows < pad)[:, :, None]
    position = tf.argmax(tf.cast(same, tf.int8), axis=2, output_type=tf.int32)
    return tf.where(tf.reduce_any(same, axis=2), position, -1)
