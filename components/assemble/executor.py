"""Joins weights and the state of a day into the SavedModel that is judged or pushed."""

import dataclasses
import logging
import pathlib
import shutil

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.assemble.warmup import write_warmup_requests
from components.model_files import (
    ARTICLE_IDS,
    BLESSED,
    BLESSED_CUSTOMERS,
    CUSTOMER_IDS,
    DESCRIPTION,
    REFITTED_UNTIL,
    TRAINED_UNTIL,
    WARMUP_REQUESTS,
    WEIGHTS,
    blessed_customers,
    blessed_map,
    read_description,
    trained_until,
    write_description,
)
from components.weights import FOLDER, TOWERS, TRANSFORM, ranking_of, weights_digest
from models.recommender.builder import RecommenderBuilder
from models.recommender.config import RecommenderConfig
from models.recommender.recommender import Recommender
from models.recommender.signatures import IdTables, ServedRecommender
from models.recommender.simple import OwnPurchasesModel
from models.recommender.state import CUSTOMER_NUMBERS, State, load_tables
from models.retrieval.index import ExactIndex, recall_against_exact
from transforms import columns
from transforms.calendar import Calendar, date_of, day_of
from transforms.errors import LookbookError, WeightsError
from transforms.ids import require_lines, write_ids
from transforms.parquet import pq
from transforms.state_files import CATALOGUE, PEOPLE

_RECALL_QUERIES = 1000


@dataclasses.dataclass(frozen=True)
class Description:
    """What is known of an assembled model; written to `assets.extra/lookbook.json`.

    Attributes:
        weights_digest: of the weights, hex.
        as_of: date of the state.
        index: `scann` or `exact`.
        index_recall: mean share of the exact nearest articles that the index finds, for the towers' channel.
        articles: number of articles.
        customers: number of customers.
        independent_rows: whether the answer to a row of a request does not depend on the other rows. The model
            server then joins several requests in one run of the graph.
    """

    weights_digest: str
    as_of: str
    index: str
    index_recall: float
    articles: int
    customers: int
    independent_rows: bool = True


def assemble(
    states: pathlib.Path,
    as_of: int,
    weights: pathlib.Path,
    config: RecommenderConfig,
    to: pathlib.Path,
    *,
    refitted: bool = False,
) -> Description:
    """Writes the SavedModel.

    Args:
        states: folder of the states.
        as_of: day of the state the model answers from.
        weights: folder made by `gather_weights`.
        config: channels and limits.
        to: folder of the SavedModel.
        refitted: whether it answers by the ranking network that has seen the test week, where there is one.
    """
    builder = RecommenderBuilder(config, states, weights / TRANSFORM)
    recommender = builder.build(as_of, weights / TOWERS, ranking_of(weights, refitted=refitted))
    (to / CUSTOMER_IDS).parent.mkdir(parents=True, exist_ok=True)
    customer_ids = _write_ids(states / PEOPLE, columns.CUSTOMER_ID, to / CUSTOMER_IDS)
    article_ids = _write_ids(states / CATALOGUE, columns.ARTICLE_ID, customer_ids.with_name(ARTICLE_IDS.name))
    ids = IdTables(article_ids, customer_ids, recommender.state.articles, recommender.state.customers)
    served = ServedRecommender(recommender, ids, states / CATALOGUE, tft.TFTransformOutput(str(weights / TRANSFORM)))
    options = tf.saved_model.SaveOptions(namespace_whitelist=["Scann"])
    tf.saved_model.save(served, str(to), signatures=served.signatures(), options=options)
    article_ids.unlink()
    write_warmup_requests(to / WARMUP_REQUESTS)
    description = Description(
        weights_digest=weights_digest(weights),
        as_of=date_of(as_of),
        index=config.index,
        index_recall=_index_recall(recommender),
        articles=recommender.state.articles,
        customers=recommender.state.customers,
    )
    write_description(to, dataclasses.asdict(description))
    logging.info("assembled: %s", description)
    return description


def assemble_blessed(
    states: pathlib.Path,
    as_of: int,
    last_blessed: pathlib.Path,
    config: RecommenderConfig,
    to: pathlib.Path,
    *,
    refitted: bool = False,
) -> Description:
    """Puts the last blessed weights on a new state; copies their blessed figures and training days.

    Args:
        states: folder of the states.
        as_of: day of the state the model answers from.
        last_blessed: folder made by `components.last_blessed`.
        config: channels and limits; those the weights were trained with.
        to: folder of the SavedModel.
        refitted: as of `assemble`.

    Raises:
        LookbookError: there are no last blessed weights, or today's code cannot use them.
    """
    if not (last_blessed / FOLDER).is_dir():
        raise LookbookError(
            "a refresh must find weights that were blessed; the served folder has none. Train first: `lookbook run`, "
            "or the pipeline `train` on Kubeflow"
        )
    try:
        description = assemble(states, as_of, last_blessed / FOLDER, config, to, refitted=refitted)
    except WeightsError as error:
        raise LookbookError(f"a refresh must be able to use the last blessed weights: {error}; train anew") from error
    shutil.copytree(last_blessed / FOLDER, to / WEIGHTS)
    blessed = read_description(last_blessed / DESCRIPTION.name)
    until = trained_until(blessed)
    handed_on = {
        BLESSED: blessed_map(blessed),
        BLESSED_CUSTOMERS: blessed_customers(blessed),
        TRAINED_UNTIL: None if until is None else until.isoformat(),
        REFITTED_UNTIL: blessed.get(REFITTED_UNTIL),
    }
    write_description(to, {name: value for name, value in handed_on.items() if value is not None})
    return description


def note_training(to: pathlib.Path, calendar: Calendar) -> None:
    """Records with a model until when its weights were trained, so that no later week judges them on training data.

    Args:
        to: folder of the SavedModel, with the weights.
        calendar: calendar of the run that trained the weights.
    """
    cut = date_of(calendar.cut)
    weights = to / WEIGHTS
    refitted = ranking_of(weights, refitted=True) != ranking_of(weights, refitted=False)
    write_description(to, {TRAINED_UNTIL: cut, REFITTED_UNTIL: date_of(calendar.end) if refitted else cut})


def assemble_baseline(
    states: pathlib.Path, as_of: int, last_blessed: pathlib.Path, config: RecommenderConfig, to: pathlib.Path
) -> str:
    """Writes the model the new one is held against.

    The baseline is the own-purchases recommender, as on a first run, if today's code cannot use the weights (it
    computes other features) or if they were trained on the judged week.

    Args:
        states: folder of the states.
        as_of: day of the state.
        last_blessed: folder made by `components.last_blessed`; without weights on a first run.
        config: channels and limits.
        to: folder of the SavedModel.

    Returns:
        `last_blessed` or `own_purchases`.
    """
    if _is_baseline(last_blessed, as_of):
        try:
            assemble(states, as_of, last_blessed / FOLDER, config, to)
            return "last_blessed"
        except WeightsError as error:
            logging.warning("the last blessed weights cannot be used: %s", error)
    state = State(load_tables(states, as_of))
    to.mkdir(parents=True, exist_ok=True)
    article_ids = _write_ids(states / CATALOGUE, columns.ARTICLE_ID, to / ARTICLE_IDS.name)
    customer_ids = _write_ids(states / PEOPLE, columns.CUSTOMER_ID, to / CUSTOMER_IDS.name)
    ids = IdTables(article_ids, customer_ids, state.articles, state.customers)
    OwnPurchasesModel(state, ids, config.history_length).save(to)
    return "own_purchases"


def _is_baseline(last_blessed: pathlib.Path, as_of: int) -> bool:
    if not (last_blessed / FOLDER).is_dir():
        return False
    until = trained_until(read_description(last_blessed / DESCRIPTION.name))
    if until is not None and day_of(until) > as_of:
        logging.warning(
            "the last blessed weights were trained on purchases before %s and cannot be judged from %s on: they are no "
            "baseline",
            until,
            date_of(as_of),
        )
        return False
    return True


def _index_recall(recommender: Recommender) -> float:
    """Recall of the index against exact search for customers with two or more purchases."""
    size = recommender.config.channels.towers
    purchases = recommender.state.customer_numbers[:, CUSTOMER_NUMBERS.index("purchases")]
    known = np.flatnonzero(purchases.numpy() >= 2).astype(np.int32)
    if isinstance(recommender.index, ExactIndex) or not size or not len(known):
        return 1.0
    chosen = np.sort(np.random.default_rng(0).permutation(known)[:_RECALL_QUERIES])
    embeddings = recommender.query(tf.constant(chosen)).embeddings.numpy()
    exact = ExactIndex(recommender.inputs.embeddings.numpy()[:-1])
    return recall_against_exact(recommender.index, exact, embeddings, min(size, recommender.state.articles))


def _write_ids(parquet: pathlib.Path, column: str, to: pathlib.Path) -> pathlib.Path:
    ids = pq.read_table(parquet, columns=[column])[column]
    require_lines(column, ids)
    write_ids(ids.to_pylist(), to)
    return to
