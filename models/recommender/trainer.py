"""TFX's Trainer calls `run_fn` here to train the ranking network inside the one graph."""

import json
import pathlib

from models.ranking.config import RankingConfig
from models.ranking.training import fit
from models.ranking.weights import build_network, save_network
from models.recommender import features
from models.recommender.builder import RecommenderBuilder
from models.recommender.config import recommender_config
from models.recommender.list_features import read_lists, training_lists
from models.retrieval.trainer import checkpoint_key
from transforms.calendar import load_calendar

STATES, TOWERS = "states", "towers"


def run_fn(fn_args) -> None:
    """Computes the features of the stored lists, fits the network, writes its weights.

    Args:
        fn_args: TFX's arguments. `train_files` are the lists, `base_model` the folder with `states/` and `towers/`;
            `custom_config` holds `ranking`, `recommender` (fields of the configurations), `checkpoints` (folder) and
            `code_version`.

    Raises:
        ValueError: if no list holds a positive.
    """
    custom = fn_args.custom_config
    config = RankingConfig(**custom["ranking"])
    graph = pathlib.Path(fn_args.base_model)
    builder = RecommenderBuilder(
        recommender_config(custom["recommender"]), graph / STATES, pathlib.Path(fn_args.transform_graph_path)
    )
    lists = training_lists(
        read_lists(fn_args.train_files),
        builder,
        graph / TOWERS,
        load_calendar(graph / STATES / "calendar.json"),
        negatives=config.negatives_per_list,
        seed=config.seed,
    )
    network = build_network(config, features.NAMES)
    backup = pathlib.Path(custom["checkpoints"]) / checkpoint_key(fn_args) / "running"
    losses = fit(network, lists, config, logs=str(pathlib.Path(fn_args.model_run_dir) / "logs"), backup=str(backup))
    to = pathlib.Path(fn_args.serving_model_dir)
    save_network(network, config, features.NAMES, to)
    (to / "figures.json").write_text(json.dumps({"lists": len(lists.labels), "losses": losses}, indent=1))
