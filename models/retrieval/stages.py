"""Trains the towers forward in time: up to a week, take a snapshot, go on.

No weight of snapshot w was trained, stopped or chosen by a purchase of week w + 1 or later (week 0 is all that lies
before the first list week), so the lists of week w + 1 may be made with it.
"""

import pathlib

import numpy as np
import tensorflow as tf

from models.epoch_log import EpochLog
from models.retrieval import snapshot
from models.retrieval.config import RetrievalConfig
from models.retrieval.model import TwoTowerModel
from models.retrieval.optimizers import optimizer
from models.retrieval.purchases import ExampleGather, Purchases
from models.retrieval.towers import Towers
from models.retrieval.transformed import TrainingData
from models.retrieval.validation import TopKValidation, measure
from transforms.progress import Progress

MONITORED = "val_recall_at_100"


def train_forward(
    data: TrainingData,
    config: RetrievalConfig,
    *,
    label_days: int,
    strategy: tf.distribute.Strategy,
    checkpoints: pathlib.Path,
    logs: pathlib.Path,
    to: pathlib.Path,
) -> dict[str, dict[str, float]]:
    """Trains stage by stage; a stage found in `checkpoints` is not trained again.

    Args:
        data: tables and purchases.
        config: settings.
        label_days: length of a week, in days.
        strategy: where the weights live.
        checkpoints: folder of this very input and configuration.
        logs: folder for TensorBoard.
        to: where the snapshots go, `week-000` and on.

    Returns:
        By snapshot, its `val_recall_at_<k>` on the week after it (nothing for the last).
    """
    tf.keras.utils.set_random_seed(config.seed)
    purchases = data.purchases
    last_week = int(purchases.weeks.max()) if len(purchases.weeks) else 0
    stages = range(max(last_week, 1))  # the last week is the test week: nothing trains on it
    with strategy.scope():
        # bfloat16 has float32's range: unlike float16 it needs no scaling of the loss, which TFRS does not do.
        towers = Towers(config, data.sizes, "mixed_bfloat16" if config.mixed_precision else "float32")
        towers.build_all()
        model = TwoTowerModel(towers)
        model.compile(optimizer=optimizer(config), jit_compile=config.xla or None)
    everything = _gather(data, config, purchases.positions(purchases.weeks >= 0), model.distribute_strategy)
    figures = {}
    missing = [week for week in stages if not (checkpoints / snapshot.snapshot_name(week) / "weights.npz").exists()]
    passes = {week: _passes(purchases, config, week, label_days) for week in missing}
    examples = sum(
        _count(positions, config) * epochs for of_week in passes.values() for _, positions, epochs in of_week
    )
    with Progress("towers", "examples", examples) as progress:
        for week in stages:
            done = checkpoints / snapshot.snapshot_name(week)
            if week in passes:
                _train_stage(model, data, everything, config, week, passes[week], checkpoints, logs, progress)
                snapshot.save_snapshot(towers, done)
            else:
                snapshot.restore(towers, done)
            snapshot.save_snapshot(towers, to / snapshot.snapshot_name(week))
            following = _sample(purchases.positions(purchases.weeks == week + 1), config)
            if len(following):
                gather = _weighted(everything, data, purchases.positions(purchases.weeks <= week))
                figures[snapshot.snapshot_name(week)] = measure(model, gather, following, data.articles)
    return figures


def sampling_probabilities(data: TrainingData, positions: np.ndarray) -> np.ndarray:
    """The articles' shares among purchases, those of none counted as half of one, `[articles + 1]` float64."""
    counts = np.bincount(data.purchases.articles[positions], minlength=len(data.articles.ids)).astype(np.float64)
    return np.maximum(counts, 0.5) / max(counts.sum(), 1.0)


def _passes(
    purchases: Purchases, config: RetrievalConfig, week: int, label_days: int
) -> list[tuple[str, np.ndarray, int]]:
    """Week 0: many passes, stopped early by its own last days. Later weeks: a few passes over the new week.

    Returns:
        Of each: its name, the positions of its purchases, and how often it goes over them at most.
    """
    if week:
        return [("week", purchases.positions(purchases.weeks == week), config.week_epochs)]
    before = purchases.weeks == 0
    first_validation_day = int(purchases.days[before].max(initial=0)) - label_days + 1
    fresh = before & (purchases.days >= first_validation_day)
    old = before & ~fresh & (purchases.days >= first_validation_day - config.window_days)
    return [
        ("old", purchases.positions(old), config.epochs),
        ("fresh", purchases.positions(fresh), config.week_epochs),
    ]


def _train_stage(model, data, everything, config, week, passes, checkpoints, logs, progress) -> None:
    of_first: list = [tf.keras.callbacks.TensorBoard(str(logs / snapshot.snapshot_name(week)), profile_batch=0)]
    if not week:
        (_, old, _), (_, fresh, _) = passes
        validation = TopKValidation(_weighted(everything, data, old), _sample(fresh, config), data.articles)
        stopping = tf.keras.callbacks.EarlyStopping(
            MONITORED, mode="max", patience=config.patience, restore_best_weights=True
        )
        of_first = [validation, *of_first, stopping]
    for name, positions, epochs in passes:
        if len(positions) >= 2 and epochs:
            gather = _weighted(everything, data, positions)
            count = _count(positions, config)
            batch_size = min(config.batch_size, count)
            batches = gather.dataset(positions, batch_size, seed=config.seed + week).take(count // batch_size)
            backup = tf.keras.callbacks.BackupAndRestore(str(checkpoints / f"{week:03d}-{name}"))
            told = EpochLog(f"towers, week {week}, {name}", count, batch_size, progress)
            model.fit(batches, epochs=epochs, callbacks=[*of_first, told, backup], verbose=0)
        of_first = []


def _count(positions: np.ndarray, config: RetrievalConfig) -> int:
    """Examples of one pass: the shuffled purchases from the first on, until there are enough."""
    return min(len(positions), config.pass_examples)


def _gather(
    data: TrainingData, config: RetrievalConfig, positions: np.ndarray, strategy: tf.distribute.Strategy
) -> ExampleGather:
    """Batches whose sampling probabilities are those of the purchases trained on."""
    share = sampling_probabilities(data, positions)
    shared = not config.xla and strategy.num_replicas_in_sync == 1
    recent_length = config.recent_length if config.use_recent else 0
    return ExampleGather(data.purchases, data.articles, data.customers, recent_length, share, shared)


def _weighted(gather: ExampleGather, data: TrainingData, positions: np.ndarray) -> ExampleGather:
    """The same examples, weighted by what a pass trains on."""
    return gather.weighted(sampling_probabilities(data, positions))


def _sample(positions: np.ndarray, config: RetrievalConfig) -> np.ndarray:
    """At most `validation_queries` of the positions, `[m]` int32."""
    chosen = np.asarray(positions, np.int32)
    if len(chosen) > config.validation_queries:
        chosen = np.random.default_rng(config.seed).choice(chosen, config.validation_queries, replace=False)
    return np.sort(chosen)
