"""Trains the towers forward in time: train up to a week, save a snapshot, continue with the next week.

No purchase of week w + 1 or later influences snapshot w: neither its training, nor early stopping, nor the choice of
weights. Week 0 is all time before the first list week. So snapshot w may build the lists of week w + 1.
"""

import dataclasses
import pathlib

import numpy as np
import tensorflow as tf

from models.epoch_log import EpochLog
from models.retrieval import snapshot
from models.retrieval.config import RetrievalConfig
from models.retrieval.distribution import is_chief, require_agreement, require_replicas_fit
from models.retrieval.model import TwoTowerModel
from models.retrieval.optimizers import build_optimizer
from models.retrieval.purchases import ExampleGather, Purchases, Shares
from models.retrieval.resuming import Position, ResumableStopping, SaveEachEpoch, TrainingState
from models.retrieval.towers import Towers
from models.retrieval.transformed import TrainingData
from models.retrieval.validation import CURVE_KS, TopKValidation, measure
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
    what: str = "towers",
) -> dict[str, dict[str, float]]:
    """Trains one stage for each week; continues where `checkpoints` ends.

    With several workers, each calls this function with the same data. Only the chief writes checkpoints and measures.

    Args:
        data: tables and purchases.
        config: settings of the towers.
        label_days: length of a week, in days.
        strategy: distribution strategy of the weights.
        checkpoints: folder of checkpoints of this input and configuration; the same on all workers.
        logs: folder of TensorBoard's logs; of each worker its own.
        to: folder of the snapshots `week-000`, `week-001`, ...; of each worker its own.
        what: name of the training in the progress report.

    Returns:
        `val_recall_at_<k>` of each snapshot on the week after it, by snapshot name. A snapshot without a later week has
        no entry; a worker that is not the chief returns no entries.

    Raises:
        ConfigError: the batch size or XLA does not fit several replicas, or workers read different data or checkpoints.
    """
    tf.keras.utils.set_random_seed(config.seed)
    require_replicas_fit(strategy, config.batch_size, config.xla)
    purchases, chief = data.purchases, is_chief(strategy)
    last_week = int(purchases.weeks.max()) if len(purchases.weeks) else 0
    stages = range(max(last_week, 1))  # the last week is the test week; no stage trains on it
    with strategy.scope():
        # bfloat16 has the range of float32: unlike float16 it needs no loss scaling, which TFRS does not support.
        towers = Towers(config, data.sizes, "mixed_bfloat16" if config.mixed_precision else "float32")
        towers.build_all()
        model = TwoTowerModel(towers)
        model.compile(optimizer=build_optimizer(config), jit_compile=config.xla or None)
        # In the first step, TensorFlow would make the moments under a condition, in which replicas cannot exchange.
        model.optimizer._create_all_weights(model.trainable_variables)
    gather_all = gather_examples(data, config, purchases.positions(purchases.weeks >= 0))
    figures = {}
    missing = [week for week in stages if not (checkpoints / snapshot.snapshot_name(week) / "weights.npz").exists()]
    passes = {week: _passes(purchases, config, week, label_days) for week in missing}
    state = TrainingState(checkpoints / "state", towers, model.optimizer, writes=chief)
    start = state.find_start(missing[0] if missing else last_week)
    require_agreement(strategy, [*dataclasses.astuple(start), int(state.continues), len(purchases.weeks)])
    examples = sum(
        _count(positions, config) * epochs for of_week in passes.values() for _, positions, epochs in of_week
    )
    with Progress(what, "examples", examples) as progress:
        for week in stages:
            done = checkpoints / snapshot.snapshot_name(week)
            if week in passes:
                if week == start.week:
                    state.restore()
                for _, positions, _ in passes[week]:
                    towers.mark_trained(purchases.article_rows[positions])
                _train_stage(model, data, gather_all, config, week, passes[week], state, logs, progress)
                if chief:
                    snapshot.save_snapshot(towers, done)
            else:
                snapshot.restore(towers, done)
            snapshot.save_snapshot(towers, to / snapshot.snapshot_name(week))
            next_week = _sample(purchases.positions(purchases.weeks == week + 1), config)
            if len(next_week) and chief:
                gather = _for_positions(gather_all, data, purchases.positions(purchases.weeks <= week))
                figures[snapshot.snapshot_name(week)] = measure(model, gather, next_week, data.articles, CURVE_KS)
    state.delete()
    return figures


def gather_examples(data: TrainingData, config: RetrievalConfig, positions: np.ndarray) -> ExampleGather:
    """Returns a gather of examples with the sampling probabilities of the purchases at `positions`.

    Args:
        data: training data.
        config: settings of the towers.
        positions: positions of the purchases that are counted, `[n]` int32.
    """
    share = sampling_probabilities(data, positions)
    recent_length = config.recent_length if config.use_recent else 0
    return ExampleGather(data.purchases, data.articles, data.customers, recent_length, share, not config.xla)


def sampling_probabilities(data: TrainingData, positions: np.ndarray) -> np.ndarray:
    """Returns the share of each article among purchases, `[articles + 1]` float64; articles without one count as half.

    Args:
        data: tables and purchases.
        positions: `[m]` int32 positions of the purchases to count.
    """
    counts = np.bincount(data.purchases.article_rows[positions], minlength=len(data.articles.article_index)).astype(
        np.float64
    )
    return np.maximum(counts, 0.5) / max(counts.sum(), 1.0)


def _passes(
    purchases: Purchases, config: RetrievalConfig, week: int, label_days: int
) -> list[tuple[str, np.ndarray, int]]:
    """Returns the training passes of a week.

    Week 0 has many epochs over all but its last days, with early stopping on the last days, and then a few epochs over
    the last days. Each later week has a few epochs over its purchases.

    Returns:
        For each pass: its name, the positions of its purchases, and its maximum number of epochs.
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


def _train_stage(model, data, gather_all, config, week, passes, state, logs, progress) -> None:
    """Trains the passes of a week. The callbacks of validation and TensorBoard belong to the first pass."""
    first_callbacks: list = [tf.keras.callbacks.TensorBoard(str(logs / snapshot.snapshot_name(week)), profile_batch=0)]
    stopping = None
    if not week:
        (_, old, _), (_, fresh, _) = passes
        validation = TopKValidation(_for_positions(gather_all, data, old), _sample(fresh, config), data.articles)
        stopping = ResumableStopping(MONITORED, mode="max", patience=config.patience, restore_best_weights=True)
        first_callbacks = [validation, *first_callbacks, stopping]
    replicas = model.distribute_strategy.num_replicas_in_sync
    for number, (name, positions, epochs) in enumerate(passes):
        count = _count(positions, config)
        if Position(week, number) < dataclasses.replace(state.start, epoch=0):
            progress.reduce_total(count * epochs)
        elif len(positions) >= max(2, replicas) and epochs:
            gather = _for_positions(gather_all, data, positions)
            batch_size = min(config.batch_size, count) // replicas * replicas
            first_epoch = state.start.epoch if Position(week, number, state.start.epoch) == state.start else 0
            if stopping is not None:
                stopping.memory = state.memory if first_epoch else None
            steps = count // batch_size
            batches = _batches(
                model.distribute_strategy,
                gather,
                positions,
                batch_size,
                seed=config.seed + week,
                steps=steps,
                first_epoch=first_epoch,
            )
            epoch_log = EpochLog(f"towers, week {week}, {name}", count, batch_size, progress)
            callbacks = [*first_callbacks, epoch_log, SaveEachEpoch(state, week, number, stopping)]
            model.fit(
                batches,
                epochs=epochs,
                initial_epoch=first_epoch,
                steps_per_epoch=steps,
                callbacks=callbacks,
                verbose=0,
            )
            state.save(Position(week, number + 1))
        first_callbacks, stopping = [], None


def _batches(strategy, gather, positions, batch_size, **arguments):
    """Returns the batches of all epochs, distributed if there are several replicas."""
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return gather.epochs(positions, batch_size, **arguments)

    def of_worker(context):
        local = replicas // context.num_input_pipelines
        shares = Shares(context.input_pipeline_id * local, local, replicas)
        return gather.epochs(positions, batch_size, shares=shares, **arguments)

    return strategy.distribute_datasets_from_function(of_worker)


def _count(positions: np.ndarray, config: RetrievalConfig) -> int:
    """Returns the number of examples of an epoch: all purchases, or the first `pass_examples` after shuffling."""
    return min(len(positions), config.pass_examples)


def _for_positions(gather: ExampleGather, data: TrainingData, positions: np.ndarray) -> ExampleGather:
    """Returns a copy of `gather` with the sampling probabilities of the purchases at `positions`."""
    return gather.with_probabilities(sampling_probabilities(data, positions))


def _sample(positions: np.ndarray, config: RetrievalConfig) -> np.ndarray:
    """Draws at most `validation_queries` positions: `[m]` int32, ascending."""
    chosen = np.asarray(positions, np.int32)
    if len(chosen) > config.validation_queries:
        chosen = np.random.default_rng(config.seed).choice(chosen, config.validation_queries, replace=False)
    return np.sort(chosen)
