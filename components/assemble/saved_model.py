"""Writes SavedModels: the recommender from a state and weights, and the own-purchases recommender."""

import dataclasses
import logging
import pathlib

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.assemble.warmup import write_warmup_requests
from components.model_files import ARTICLE_IDS, AS_OF, CUSTOMER_IDS, RECOMMENDER, WARMUP_REQUESTS, write_description
from components.weights import TOWERS, TRANSFORM, ranking_of, weights_digest
from models.rankings import OWN_PURCHASES
from models.recommender.availability import availability_tables
from models.recommender.builder import RecommenderBuilder
from models.recommender.config import RecommenderConfig
from models.recommender.id_tables import IdTables
from models.recommender.own_purchases_model import OwnPurchasesModel
from models.recommender.recommender import Recommender
from models.recommender.signatures import ServedRecommender
from models.recommender.state import CUSTOMER_NUMBERS, State, load_tables
from models.retrieval.index import ExactIndex, recall_against_exact
from transforms import columns
from transforms.calendar import date_of
from transforms.ids import require_lines, write_ids
from transforms.parquet import pq
from transforms.state_files import ARTICLES_FILE, CUSTOMERS_FILE

_RECALL_QUERIES = 1000


@dataclasses.dataclass(frozen=True)
class Description:
    """Description of an assembled model; written to `assets.extra/lookbook.json`.

    Attributes:
        weights_digest: of the weights, hex.
        as_of: date of the state.
        index: `scann` or `exact`.
        index_recall: mean share of the exact nearest articles that the index of the channel `towers` finds.
        articles: number of articles.
        customers: number of customers.
        independent_rows: whether the answer to each row of a request is independent of the other rows. If so, the
            model server combines several requests in one run of the graph.
    """

    weights_digest: str
    as_of: str
    index: str
    index_recall: float
    articles: int
    customers: int
    independent_rows: bool = True


def save_recommender(
    states: pathlib.Path,
    as_of: int,
    weights: pathlib.Path,
    config: RecommenderConfig,
    to: pathlib.Path,
    *,
    refitted: bool = False,
) -> Description:
    """Writes the SavedModel of the recommender.

    Args:
        states: folder of the states.
        as_of: day of the state.
        weights: the folder `weights`, see `components.weights`.
        config: channels and limits.
        to: folder of the SavedModel.
        refitted: whether to use the ranking network that was also trained on the test week, if there is one.

    Raises:
        WeightsError: today's code cannot use the weights.
    """
    served = build_served(states, as_of, weights, config, to, refitted=refitted)
    options = tf.saved_model.SaveOptions(namespace_whitelist=["Scann"])
    tf.saved_model.save(served.saved_module(), str(to), signatures=served.signatures(), options=options)
    (to / CUSTOMER_IDS).with_name(ARTICLE_IDS.name).unlink()
    recommender = served.recommender
    write_warmup_requests(to / WARMUP_REQUESTS)
    description = Description(
        weights_digest=weights_digest(weights),
        as_of=date_of(as_of),
        index=config.index,
        index_recall=_index_recall(recommender),
        articles=recommender.state.num_articles,
        customers=recommender.state.num_customers,
    )
    write_description(to, dataclasses.asdict(description))
    logging.info("assembled: %s", description)
    return description


def build_served(
    states: pathlib.Path,
    as_of: int,
    weights: pathlib.Path,
    config: RecommenderConfig,
    to: pathlib.Path,
    *,
    refitted: bool = False,
) -> ServedRecommender:
    """Builds the recommender with its signatures, and writes the ids that its tables read.

    Args:
        states: folder of the states.
        as_of: day of the state.
        weights: the folder `weights`, see `components.weights`.
        config: channels and limits.
        to: folder of the SavedModel.
        refitted: whether to use the ranking network that was also trained on the test week, if there is one.

    Raises:
        DataError: an id is not one line; this is found first, as building takes long.
        WeightsError: today's code cannot use the weights.
    """
    (to / CUSTOMER_IDS).parent.mkdir(parents=True, exist_ok=True)
    customer_ids = _write_ids(states / CUSTOMERS_FILE, columns.CUSTOMER_ID, to / CUSTOMER_IDS)
    article_ids = _write_ids(states / ARTICLES_FILE, columns.ARTICLE_ID, customer_ids.with_name(ARTICLE_IDS.name))
    builder = RecommenderBuilder(config, states, weights / TRANSFORM)
    recommender = builder.build(as_of, weights / TOWERS, ranking_of(weights, refitted=refitted))
    ids = IdTables(article_ids, customer_ids, recommender.state.num_articles, recommender.state.num_customers)
    return ServedRecommender(recommender, ids, states / ARTICLES_FILE, tft.TFTransformOutput(str(weights / TRANSFORM)))


def save_own_purchases(states: pathlib.Path, as_of: int, config: RecommenderConfig, to: pathlib.Path) -> None:
    """Writes the SavedModel of the own-purchases recommender, with the field `recommender` in its `lookbook.json`.

    Args:
        states: folder of the states.
        as_of: day of the state.
        config: channels and limits.
        to: folder of the SavedModel.
    """
    tables = load_tables(states, as_of)
    availability = availability_tables(states, as_of, tables["article_numbers"], config.sold_within_days)
    state = State(tables | {name: values for name, values in availability.items() if name == "available"})
    to.mkdir(parents=True, exist_ok=True)
    article_ids = _write_ids(states / ARTICLES_FILE, columns.ARTICLE_ID, to / ARTICLE_IDS.name)
    customer_ids = _write_ids(states / CUSTOMERS_FILE, columns.CUSTOMER_ID, to / CUSTOMER_IDS.name)
    ids = IdTables(article_ids, customer_ids, state.num_articles, state.num_customers)
    OwnPurchasesModel(state, ids, config.history_length).save(to)
    write_description(to, {RECOMMENDER: OWN_PURCHASES, AS_OF: date_of(as_of)})


def _index_recall(recommender: Recommender) -> float:
    """Recall of the index against exact search, over customers who bought two or more units."""
    size = recommender.config.channels.towers
    units = recommender.state.customer_numbers[:, CUSTOMER_NUMBERS.index("units")]
    known = np.flatnonzero(units.numpy() >= 2).astype(np.int32)
    if isinstance(recommender.index, ExactIndex) or not size or not len(known):
        return 1.0
    chosen = np.sort(np.random.default_rng(0).permutation(known)[:_RECALL_QUERIES])
    embeddings = recommender.query(tf.constant(chosen)).embeddings.numpy()
    exact = ExactIndex(recommender.inputs.embeddings.numpy()[:-1])
    return recall_against_exact(recommender.index, exact, embeddings, min(size, recommender.state.num_articles))


def _write_ids(parquet: pathlib.Path, column: str, to: pathlib.Path) -> pathlib.Path:
    ids = pq.read_table(parquet, columns=[column])[column]
    require_lines(column, ids)
    write_ids(ids.to_pylist(), to)
    return to
