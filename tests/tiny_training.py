"""Trains small towers and a small ranking network on the tiny shop, for one epoch."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.candidates.config import CandidatesConfig
from components.candidates.executor import make_lists
from components.examples import read_examples
from components.weights import copy_weights
from models.ranking.config import REFITTED, RankingConfig
from models.ranking.lists import join
from models.ranking.training import fit
from models.ranking.weights import build_network, save_network
from models.recommender import features
from models.recommender.builder import RecommenderBuilder
from models.recommender.config import ChannelsConfig, RecommenderConfig
from models.recommender.list_features import read_lists, training_lists
from models.retrieval.config import RetrievalConfig
from models.retrieval.purchases import sort_purchases
from models.retrieval.snapshot import snapshot_name
from models.retrieval.stages import train_forward
from models.retrieval.transformed import TrainingData, read_training_data
from tests.tiny_shop import LABEL_DAYS, Place
from transforms import features as f
from transforms.content import CONTENT_FILE

RETRIEVAL = RetrievalConfig(embedding_dim=8, attribute_dim=2, hidden_units=16, recent_length=8, epochs=1, batch_size=64)
RANKING = RankingConfig(networks=2, units=16, blocks=1, epochs=2, min_steps=1, batch_lists=8, negatives_per_list=10)
# Fewer candidates than the channels propose together, so that candidates are merged and cut off.
RECOMMENDER = RecommenderConfig(
    channels=ChannelsConfig(
        own_purchases=12,
        bought_together=10,
        towers=10,
        popular=6,
        popular_in_segment=6,
        same_product=6,
        similar=6,
        trending=4,
        next_basket=4,
        popular_in_department=4,
        popular_in_section=4,
    ),
    max_candidates=22,
    history_length=30,
    index="exact",
)


def train(place: Place, transformed: pathlib.Path, to: pathlib.Path) -> None:
    """Runs the steps of the pipeline from Transform to the weights of both models, in `to/weights`."""
    data = read_data(transformed)
    train_towers(data, to)
    graph = transformed / "graph"
    make_lists(place.states, to / "towers", graph, RECOMMENDER, CandidatesConfig(), to / "lists")
    weekly = training_lists(
        read_lists([str(to / "lists" / "Split-train" / "*")]),
        RecommenderBuilder(RECOMMENDER, place.states, graph),
        to / "towers",
        place.calendar,
        negatives=RANKING.negatives_per_list,
        seed=RANKING.seed,
    )
    for folder, first_days in ((".", place.calendar.list_days), (REFITTED, tuple(weekly))):
        network = build_network(RANKING, features.NAMES)
        lists = join([weekly[day] for day in first_days])
        fit(network, lists, RANKING, logs=str(to / "logs" / "ranking"), backup=str(to / "backup" / folder))
        save_network(network, RANKING, features.NAMES, to / "ranking" / folder)
    last = to / "towers" / snapshot_name(len(place.calendar.list_days))
    copy_weights(last, to / "ranking", graph, place.content, to / "weights")


def read_data(transformed: pathlib.Path) -> TrainingData:
    """Reads the transformed examples of the tiny shop."""
    patterns = [str(transformed / "transformed" / f"Split-{name}" / "*") for name in SPLITS]
    return read_training_data(patterns, tft.TFTransformOutput(str(transformed / "graph")), transformed / CONTENT_FILE)


def with_purchases(data: TrainingData, place: Place, transformed: pathlib.Path) -> TrainingData:
    """Returns the same articles and customers with the purchases of another build of the shop."""
    graph = tft.TFTransformOutput(str(transformed / "graph"))
    rows = read_examples(place.examples / "Split-purchases").to_pydict()
    customers, articles = (
        {name: i for i, name in enumerate(graph.vocabulary_by_name(f.vocabulary_name(key)))}
        for key in ("customer_id", "article_id")
    )
    lengths = [len(bought) for bought in rows[f.BOUGHT]]
    bought, days, weeks = (list(itertools.chain(*rows[key])) for key in (f.BOUGHT, f.DAY, f.WEEK))
    purchases = sort_purchases(
        np.repeat([customers[name] for (name,) in rows["customer_id"]], lengths),
        np.array([articles[name] for name in bought]),
        np.array(days),
        np.array(weeks),
    )
    return dataclasses.replace(data, purchases=purchases)


def train_towers(data: TrainingData, to: pathlib.Path, config: RetrievalConfig = RETRIEVAL) -> dict:
    """Trains the towers forward in time into `to/towers`; returns the figures."""
    return train_forward(
        data,
        config,
        label_days=LABEL_DAYS,
        strategy=tf.distribute.get_strategy(),
        checkpoints=to / "checkpoints",
        logs=to / "logs",
        to=to / "towers",
    )


SPLITS = ("articles", "customers", "purchases")
