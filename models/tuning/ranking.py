"""The `tuner_fn` with which TFX's Tuner searches settings of the ranking network.

Each trial trains on the earlier list weeks and is scored by MAP@12 on the later ones, over their stored lists. The
features of the lists are computed once. The test week takes no part.
"""

import dataclasses
import pathlib

import numpy as np
import tensorflow as tf
from tfx.components.tuner.component import TunerFnResult

from models.metrics import K, average_precision
from models.ranking.config import RankingConfig
from models.ranking.lists import join, sample
from models.ranking.network import RankingNetwork
from models.ranking.training import fit
from models.ranking.weights import build_network
from models.recommender import features
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.list_features import StoredLists, list_features, read_lists, training_lists
from models.retrieval.snapshot import snapshot_name
from models.tuning.search import SettingsSearch
from models.tuning.space import RANKING
from models.tuning.trials import trials_folder
from transforms.calendar import Calendar, date_of, load_calendar
from transforms.errors import DataError
from transforms.parquet import pq
from transforms.state_files import labels_file

METRIC = "map_at_12"
VALIDATION_WEEKS = 4
_BATCH = 256


@dataclasses.dataclass(frozen=True)
class ValidationLists:
    """Lists with all their candidates.

    Attributes:
        features: `[lists, n, features]` float32.
        bought: `[lists, n]` bool, whether the customer bought the candidate in the week.
        real: `[lists, n]` bool, false for padding.
        num_bought: `[lists]` int, number of distinct articles that the customer bought in the week.
    """

    features: np.ndarray
    bought: np.ndarray
    real: np.ndarray
    num_bought: np.ndarray


def tuner_fn(fn_args) -> TunerFnResult:
    """Computes the features of the lists and prepares the search.

    Args:
        fn_args: TFX's arguments. `train_files` are the lists, `base_model` is the folder with `states/` and `towers/`;
            `custom_config` holds `ranking` and `recommender` (fields of the settings), `trials` (their number),
            `folder` (of the trials) and `code_version`.

    Raises:
        DataError: there are fewer than two list weeks, or no list holds a positive.
    """
    custom = fn_args.custom_config
    config = RankingConfig.from_tree(custom["ranking"], "ranking")
    graph = pathlib.Path(fn_args.base_model)
    builder = RecommenderBuilder.of_step(fn_args)
    calendar = load_calendar(graph / STATES)
    stored = read_lists(fn_args.train_files)
    earlier, later = split_weeks(calendar)
    _require_lists(stored, earlier, later)
    most = max(int(number) for number in (*RANKING["negatives_per_list"], config.negatives_per_list))
    weekly = training_lists(
        {day: stored[day] for day in earlier if day in stored},
        builder,
        graph / TOWERS,
        calendar,
        negatives=most,
        seed=config.seed,
    )
    train = join([weekly[day] for day in sorted(weekly)])
    validation = [
        validation_lists(builder, graph, calendar.list_days.index(day), day, stored[day])
        for day in later
        if day in stored
    ]

    def judge(trial: RankingConfig, folder: pathlib.Path, what: str) -> float:
        fewer = trial.negatives_per_list < most
        lists = sample(train.features, train.labels, trial.negatives_per_list, trial.seed) if fewer else train
        network = build_network(trial, features.NAMES)
        fit(network, lists, trial, logs=str(folder / "logs"), backup=str(folder / "backup"), what=what)
        return float(np.mean(np.concatenate([average_precisions(network, week) for week in validation])))

    tuner = SettingsSearch(
        RANKING,
        config,
        part="ranking",
        metric=METRIC,
        trials=custom["trials"],
        seed=config.seed,
        folder=trials_folder(fn_args),
    )
    return TunerFnResult(tuner=tuner, fit_kwargs={"judge": judge})


def split_weeks(calendar: Calendar) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Returns the first days of the list weeks to train on, and of the later ones to validate on.

    The last `VALIDATION_WEEKS` list weeks validate, but at most half of them. The test week is in neither part.

    Args:
        calendar: days of the run.

    Raises:
        DataError: there are fewer than two list weeks.
    """
    days = calendar.list_days
    if len(days) < 2:
        raise DataError(
            "the run must have at least two list weeks, one to train on and one to validate on. Received: "
            f"{len(days)}; run `lookbook run` on data of more days or with a larger features.list_weeks"
        )
    first = len(days) - min(VALIDATION_WEEKS, len(days) // 2)
    return days[:first], days[first:]


def validation_lists(
    builder: RecommenderBuilder, graph: pathlib.Path, week: int, day: int, stored: StoredLists
) -> ValidationLists:
    """Computes the features of all candidates of a week.

    Args:
        builder: builder of the recommenders.
        graph: folder with `states/` and `towers/`.
        week: number of the list week, from 0.
        day: first day of the list week.
        stored: lists of the week.
    """
    labels = pq.read_table(labels_file(graph / STATES, day))
    customers, articles = (labels[name].to_numpy().astype(np.int64) for name in ("customer_row", "article_row"))
    recommender = builder.build(day, graph / TOWERS / snapshot_name(week))
    size = recommender.state.num_articles + 1
    wanted = np.unique(customers * size + articles)
    keys = stored.customer_rows.astype(np.int64)[:, None] * size + stored.article_rows
    real = stored.article_rows >= 0
    return ValidationLists(
        features=list_features(recommender, stored),
        bought=np.isin(keys, wanted) & real,
        real=real,
        num_bought=np.bincount(wanted // size, minlength=int(customers.max(initial=0)) + 1)[stored.customer_rows],
    )


def average_precisions(network: RankingNetwork, lists: ValidationLists) -> np.ndarray:
    """Returns average precision at 12 of each list, `[lists]` float64. Of equal scores, the first candidate wins.

    Args:
        network: trained network.
        lists: lists of a week.
    """
    found = []
    for start in range(0, len(lists.real), _BATCH):
        part = slice(start, start + _BATCH)
        scores = np.where(lists.real[part], network(tf.constant(lists.features[part])).numpy(), -np.inf)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :K]
        hits = np.take_along_axis(lists.bought[part], best, axis=1)
        hits = np.pad(hits, ((0, 0), (0, K - hits.shape[1])))
        found.append(average_precision(hits, lists.num_bought[part]))
    return np.concatenate(found)


def _require_lists(stored: dict[int, StoredLists], earlier: tuple[int, ...], later: tuple[int, ...]) -> None:
    for days, use in ((earlier, "train"), (later, "validate")):
        if not any(day in stored for day in days):
            raise DataError(
                f"the list weeks to {use} on, from {date_of(days[0])} to {date_of(days[-1])}, must have lists. "
                "Received: none; run `lookbook run` on data of more days"
            )
