"""Chooses the sizes of a run's candidate channels on its list weeks, and compares them on its test week."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from components.weights import FOLDER, TRANSFORM
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.candidates import active_channels, find_candidates, find_proposals
from models.recommender.channels import CHANNELS
from models.recommender.config import ChannelsConfig, RecommenderConfig
from models.recommender.recommender import Recommender
from models.retrieval.snapshot import snapshot_name
from models.tracing import traced_for
from operations.allocation import NOT_PROPOSED, Proposals, Step, allocate
from operations.decision_table import Trained
from transforms.calendar import load_calendar
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.progress import Progress
from transforms.state_files import labels_file

DEPTH = 200  # the largest size considered for a channel
UNIT = 5
WEEKS = 4
_SEED = 0
_BATCH = 128


@dataclasses.dataclass(frozen=True)
class Row:
    """One step of the allocation; see `operations.allocation.Step`."""

    channel: str
    size: int
    recall: float
    candidates: float


@dataclasses.dataclass(frozen=True)
class ChosenSizes:
    """The result of `choose_sizes`.

    Attributes:
        config: the channels with the chosen sizes, and the budget as `max_candidates`.
        rows: the steps of the allocation.
        recall: recall in the test week with the chosen sizes.
        recall_before: recall in the test week with the sizes of the training, at the same `max_candidates`.
    """

    config: RecommenderConfig
    rows: list[Row]
    recall: float
    recall_before: float


@dataclasses.dataclass(frozen=True)
class _Bought:
    """Customers of a week and what they bought: pairs of the position of a customer and an article row."""

    customers: np.ndarray
    owners: np.ndarray
    article_rows: np.ndarray


def choose_sizes(trained: Trained, config: RecommenderConfig, budget: int, customers: int) -> ChosenSizes:
    """Chooses the sizes on the last `WEEKS` list weeks.

    Each week has its own state and towers, as in training. The test week takes no part in the choice.

    Args:
        trained: states and towers of a run.
        config: channels and limits of the run.
        budget: mean number of candidates of a customer, and `max_candidates` of the result.
        customers: number of customers of all list weeks together, and of the test week. More are sampled.

    Raises:
        DataError: no channel proposes an article that was bought.
    """
    states = trained.graph / STATES
    calendar = load_calendar(states)
    weeks = list(enumerate(calendar.list_days))[-WEEKS:]
    bought = {day: _bought(trained, day, customers // len(weeks)) for _, day in weeks}
    test = _bought(trained, calendar.cut, customers)
    everything = config.replace(channels=ChannelsConfig(**dict.fromkeys(CHANNELS, DEPTH)))
    with Progress("channels", "customers", sum(len(each.customers) for each in (*bought.values(), test))) as progress:
        builder = RecommenderBuilder(everything, states, trained.weights / FOLDER / TRANSFORM)

        def build(day: int, week: int) -> Recommender:
            return builder.build(day, trained.graph / TOWERS / snapshot_name(week))

        parts = [_proposals(build(day, week), bought[day], progress) for week, day in weeks]
        rows = [_row(step) for step in allocate(_join(parts), budget, UNIT)]
        if not rows:
            raise DataError(
                "the channels must propose at least one article that a customer bought in the list weeks. Received: "
                "none; train on data of more days"
            )
        sizes = {**dict.fromkeys(CHANNELS, 0), **{row.channel: row.size for row in rows}}
        before = config.replace(max_candidates=budget)
        chosen = before.replace(channels=ChannelsConfig(**sizes))
        recommender = build(calendar.cut, calendar.list_weeks)
        recall_before, recall = _recalls(recommender, (before, chosen), test, progress)
    return ChosenSizes(config=chosen, rows=rows, recall=recall, recall_before=recall_before)


def _row(step: Step) -> Row:
    return Row(list(CHANNELS)[step.channel], step.size, step.recall, step.candidates)


def _bought(trained: Trained, day: int, most: int) -> _Bought:
    """A random sample of at most `most` customers of a week, at least one."""
    labels = pq.read_table(labels_file(trained.graph / STATES, day))
    customer_rows, article_rows = (labels[name].to_numpy() for name in ("customer_row", "article_row"))
    customers = np.unique(customer_rows)
    if len(customers) > most:
        customers = np.sort(np.random.default_rng(_SEED).choice(customers, max(most, 1), replace=False))
    chosen = np.isin(customer_rows, customers)
    owners = np.searchsorted(customers, customer_rows[chosen])
    return _Bought(customers.astype(np.int32), owners, article_rows[chosen])


def _batches(customers: np.ndarray) -> Iterator[tuple[int, tf.Tensor]]:
    for start in range(0, len(customers), _BATCH):
        yield start, tf.constant(customers[start : start + _BATCH])


def _proposals(recommender: Recommender, bought: _Bought, progress: Progress) -> Proposals:
    def ask(customer_rows):
        return find_proposals(recommender.query(customer_rows), recommender.nearest, recommender.config)

    batches = list(_batches(bought.customers))
    answer = traced_for(len(batches), ask, [tf.TensorSpec([None], tf.int32)])
    pad, names = recommender.state.num_articles, list(CHANNELS)
    columns = [names.index(name) for name, _ in active_channels(recommender.config)]
    pairs, ranks = [], []
    for start, batch in batches:
        keys, positions, channels = [], [], []
        for channel, rows in zip(columns, (tensor.numpy() for tensor in answer(batch)), strict=True):
            owner, position = np.nonzero(rows < pad)
            keys.append((start + owner).astype(np.int64) * (pad + 1) + rows[owner, position])
            positions.append(position)
            channels.append(np.full(len(owner), channel))
        distinct, inverse = np.unique(np.concatenate(keys), return_inverse=True)
        of_pairs = np.full((len(distinct), len(names)), NOT_PROPOSED, np.int16)
        of_pairs[inverse, np.concatenate(channels)] = np.concatenate(positions)
        pairs.append(distinct)
        ranks.append(of_pairs)
        progress.advance(len(batch))
    keys_of_pairs = np.concatenate(pairs)
    hits = np.isin(keys_of_pairs, bought.owners.astype(np.int64) * (pad + 1) + bought.article_rows)
    purchases = np.bincount(bought.owners, minlength=len(bought.customers))
    recalls = np.where(hits, 1.0 / purchases[keys_of_pairs // (pad + 1)], 0.0)
    return Proposals(np.concatenate(ranks), recalls / len(bought.customers), len(bought.customers))


def _join(parts: list[Proposals]) -> Proposals:
    lists = sum(part.lists for part in parts)
    return Proposals(
        ranks=np.concatenate([part.ranks for part in parts]),
        recalls=np.concatenate([part.recalls * (part.lists / lists) for part in parts]),
        lists=lists,
    )


def _recalls(
    recommender: Recommender, configs: tuple[RecommenderConfig, ...], bought: _Bought, progress: Progress
) -> list[float]:
    """The mean recall of the candidates of several settings."""

    def ask(customer_rows):
        query = recommender.query(customer_rows)
        return [find_candidates(query, recommender.nearest, config).article_rows for config in configs]

    batches = list(_batches(bought.customers))
    answer = traced_for(len(batches), ask, [tf.TensorSpec([None], tf.int32)])
    pad = recommender.state.num_articles
    wanted = bought.owners.astype(np.int64) * (pad + 1) + bought.article_rows
    purchases = np.bincount(bought.owners, minlength=len(bought.customers))
    sums = np.zeros(len(configs))
    for start, batch in batches:
        for number, rows in enumerate(answer(batch)):
            owner = np.arange(start, start + len(batch))[:, None]
            hits = np.isin(owner.astype(np.int64) * (pad + 1) + rows.numpy(), wanted) & (rows.numpy() < pad)
            sums[number] += (hits.sum(axis=1) / purchases[start : start + len(batch)]).sum()
        progress.advance(len(batch))
    return (sums / max(len(bought.customers), 1)).tolist()
