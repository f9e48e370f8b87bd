"""Builds recommenders from folders: states, a snapshot of the towers, a transform graph and ranking weights."""

import copy
import pathlib

import numpy as np
import pyarrow as pa
import tensorflow as tf
import tensorflow_transform as tft

from models.ranking.weights import load_network
from models.recommender import features
from models.recommender.alike import alike_vectors
from models.recommender.arrivals import arrival_tables
from models.recommender.availability import availability_tables
from models.recommender.config import MOST_K, RecommenderConfig
from models.recommender.content_similarity import similar_tables
from models.recommender.look_tables import has_looks, load_look_tables
from models.recommender.looks import Looks
from models.recommender.nearest import NearestArticles
from models.recommender.recommender import Recommender
from models.recommender.state import State, load_tables
from models.recommender.tower_inputs import TowerInputs, transform_entities
from models.retrieval.index import ExactIndex, ScannIndex, build_index
from models.retrieval.snapshot import load_snapshot
from models.retrieval.transformed import tower_sizes
from transforms.content import CONTENT_FILE, read_content
from transforms.errors import DataError

STATES, TOWERS = "states", "towers"  # folders in Candidates' artifact `graph`, which the ranking trainer builds from


class RecommenderBuilder:
    """Builds recommenders for several days. Data that do not depend on the day are read once.

    Args:
        config: channels and limits.
        states: folder of the states.
        transform_graph: folder of the transform graph.
    """

    def __init__(self, config: RecommenderConfig, states: pathlib.Path, transform_graph: pathlib.Path):
        self._config = config
        self._states = states
        graph = tft.TFTransformOutput(str(transform_graph))
        self._entities = transform_entities(states, graph)
        self._sizes = tower_sizes(graph, self._entities[0])

    def with_config(self, config: RecommenderConfig) -> "RecommenderBuilder":
        """Returns a builder with other channels and limits, which shares the data that this one has read."""
        other = copy.copy(self)
        other._config = config
        return other

    @classmethod
    def of_step(cls, fn_args) -> "RecommenderBuilder":
        """Returns the builder for a TFX step that trains on lists.

        Args:
            fn_args: TFX's arguments. `base_model` is the folder with `states/`; `custom_config` holds `recommender`,
                fields of the settings.
        """
        config = RecommenderConfig.from_tree(fn_args.custom_config["recommender"], "recommender")
        return cls(config, pathlib.Path(fn_args.base_model) / STATES, pathlib.Path(fn_args.transform_graph_path))

    def build(self, as_of: int, snapshot: pathlib.Path, ranking: pathlib.Path | None = None) -> Recommender:
        """Builds the recommender of a day.

        Args:
            as_of: day number of the state.
            snapshot: folder of the towers.
            ranking: folder of the ranking weights, or None for a recommender without a ranking network.

        Raises:
            DataError: the towers were trained with other vocabularies than those of the transform graph, or the tables
                of the state differ in their numbers of rows.
            WeightsError: the weights do not fit the graph.
        """
        towers = load_snapshot(snapshot)
        if towers.sizes != self._sizes:
            odd = sorted(key for key, size in self._sizes.items() if towers.sizes.get(key) != size)
            raise DataError(
                f"{snapshot} must hold towers trained with the vocabularies of the transform graph and the content "
                f"vectors of the states. Received: other sizes of {', '.join(odd)}; use the weights and the graph of "
                "one training"
            )
        inputs = TowerInputs(*self._entities, towers)
        tables = load_tables(self._states, as_of)
        if self._config.channels.similar:
            tables |= similar_tables(self._entities[0], tables["article_numbers"])
        tables |= availability_tables(self._states, as_of, tables["article_numbers"], self._config.sold_within_days)
        launched = tables.pop("launch_days", None)
        if self._config.reads_arrivals:
            days = self._config.new_arrival_days
            tables |= arrival_tables(tables["article_numbers"], as_of, days, launched)
        state = State(tables)
        return Recommender(
            config=self._config,
            state=state,
            towers=towers,
            inputs=inputs,
            index=self._index(inputs.embeddings.numpy()[:-1], self._config.nearest),
            alike=self._alike(inputs.embeddings.numpy(), tables) if ranking else None,
            looks=Looks(load_look_tables(self._states, as_of), state)
            if ranking and has_looks(self._states, as_of)
            else None,
            ranker=load_network(ranking, features.NAMES) if ranking else None,
        )

    def _index(self, vectors: np.ndarray, k: int) -> ExactIndex | ScannIndex:
        return build_index(self._config.index, vectors, k, self._config.scann)

    def _alike(self, embeddings: np.ndarray, tables: dict[str, np.ndarray]) -> NearestArticles:
        """The search for articles that are alike, which signatures of a served recommender use."""
        content = read_content(self._states / CONTENT_FILE, pa.array(tables["article_ids"][:-1]))
        vectors = np.pad(alike_vectors(embeddings[:-1], content, self._config.alike), [(0, 1), (0, 0)])
        index = self._index(vectors[:-1], MOST_K + 1)
        return NearestArticles(index, tf.Variable(vectors, trainable=False, name="alike_vectors"))
