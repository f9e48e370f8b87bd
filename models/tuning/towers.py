"""The `tuner_fn` with which TFX's Tuner searches settings of the towers.

Each trial trains the towers forward in time and is scored by the recall of each snapshot on the list week after it,
which it was not trained on. The purchases of the test week are removed first.
"""

import dataclasses
import pathlib
from collections.abc import Mapping

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft
from tfx.components.tuner.component import TunerFnResult

from models.recommender.builder import STATES
from models.retrieval.config import RetrievalConfig
from models.retrieval.distribution import strategy_over
from models.retrieval.purchases import sort_purchases
from models.retrieval.stages import MONITORED, train_forward
from models.retrieval.transformed import TrainingData, read_training_data
from models.tuning.search import SettingsSearch
from models.tuning.space import TOWERS
from models.tuning.trials import trials_folder
from transforms.calendar import load_calendar
from transforms.content import CONTENT_FILE
from transforms.errors import DataError

METRIC = "recall_at_100"


def tuner_fn(fn_args) -> TunerFnResult:
    """Reads the purchases before the test week and prepares the search.

    Args:
        fn_args: TFX's arguments. `train_files` are the transformed examples of the articles, customers and purchases,
            `base_model` is the folder with `states/`; `custom_config` holds `retrieval` (fields of `RetrievalConfig`),
            `label_days`, `trials` (their number), `folder` (of the trials) and `code_version`.

    Raises:
        DataError: no purchase lies in a list week.
    """
    custom = fn_args.custom_config
    config = RetrievalConfig.from_tree(custom["retrieval"], "retrieval")
    states = pathlib.Path(fn_args.base_model) / STATES
    calendar = load_calendar(states)
    transform = tft.TFTransformOutput(fn_args.transform_graph_path)
    data = before_test_week(
        read_training_data(fn_args.train_files, transform, states / CONTENT_FILE),
        calendar.list_weeks,
    )
    if not (data.purchases.weeks > 0).any():
        raise DataError(
            "the list weeks must have purchases to validate the towers on. Received: none; run `lookbook run` on data "
            "of more days"
        )
    devices = [device.name for device in tf.config.list_logical_devices("GPU")]

    def judge(trial: RetrievalConfig, folder: pathlib.Path, what: str) -> float:
        figures = train_forward(
            data,
            trial.replace(mixed_precision=trial.mixed_precision and bool(devices)),
            label_days=custom["label_days"],
            strategy=strategy_over(devices),
            checkpoints=folder / "checkpoints",
            logs=folder / "logs",
            to=folder / "towers",
            what=what,
        )
        return float(np.mean([_recall(of_snapshot) for of_snapshot in figures.values()]))

    tuner = SettingsSearch(
        TOWERS,
        config,
        part="retrieval",
        metric=METRIC,
        trials=custom["trials"],
        seed=config.seed,
        folder=trials_folder(fn_args),
    )
    return TunerFnResult(tuner=tuner, fit_kwargs={"judge": judge})


def before_test_week(data: TrainingData, list_weeks: int) -> TrainingData:
    """Removes the purchases of the test week; the tables stay as they are.

    Args:
        data: training data of a run.
        list_weeks: number of list weeks. Their purchases have the weeks 1 to `list_weeks`, earlier ones 0.
    """
    purchases = data.purchases
    kept = purchases.weeks <= list_weeks
    columns = (purchases.customer_rows, purchases.article_rows, purchases.days, purchases.weeks)
    return dataclasses.replace(data, purchases=sort_purchases(*(values[kept] for values in columns)))


def _recall(figures: Mapping[str, float]) -> float:
    """The recall at 100; at fewer where there are fewer articles."""
    return figures.get(MONITORED, list(figures.values())[-1])
