"""TFX's Trainer calls `run_fn` here to train the ranking network inside the one graph."""

import json
import logging
import pathlib

from models.ranking.config import REFITTED, RankingConfig
from models.ranking.lists import Lists, join
from models.ranking.network import RankingNetwork
from models.ranking.training import fit, mean_loss
from models.ranking.weights import build_network, save_network
from models.recommender import features
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.config import RecommenderConfig
from models.recommender.list_features import read_lists, training_lists
from models.retrieval.trainer import checkpoint_key
from transforms.calendar import load_calendar


def run_fn(fn_args) -> None:
    """Computes the features of the stored lists, fits the network, writes its weights.

    The network that is judged learns from the list weeks. With `refit_to_end` another one learns from these and the
    test week, and goes to `refitted/`: it is for the model that is pushed.

    Args:
        fn_args: TFX's arguments. `train_files` are the lists, `base_model` the folder with `states/` and `towers/`;
            `custom_config` holds `ranking`, `recommender` (fields of the configurations), `checkpoints` (folder) and
            `code_version`.

    Raises:
        ValueError: if no list holds a positive.
    """
    custom = fn_args.custom_config
    config = RankingConfig.from_tree(custom["ranking"], "ranking")
    graph = pathlib.Path(fn_args.base_model)
    builder = RecommenderBuilder(
        RecommenderConfig.from_tree(custom["recommender"], "recommender"),
        graph / STATES,
        pathlib.Path(fn_args.transform_graph_path),
    )
    calendar = load_calendar(graph / STATES)
    weekly = training_lists(
        read_lists(fn_args.train_files),
        builder,
        graph / TOWERS,
        calendar,
        negatives=config.negatives_per_list,
        seed=config.seed,
    )
    backup = pathlib.Path(custom["checkpoints"]) / checkpoint_key(fn_args)
    logs = pathlib.Path(fn_args.model_run_dir) / "logs"
    to = pathlib.Path(fn_args.serving_model_dir)
    weeks = [day for day in weekly if day < calendar.cut]
    test_week = [calendar.cut] if calendar.cut in weekly else []
    before = sum(len(weekly[day]) for day in weeks)
    everything = join([weekly.pop(day) for day in (*weeks, *test_week)])
    lists = everything[:before]
    network = build_network(config, features.NAMES)
    losses = fit(network, lists, config, logs=str(logs), backup=str(backup / "running"))
    save_network(network, config, features.NAMES, to)
    figures = {"lists": len(lists), "losses": losses, "refitted": False}
    if config.refit_to_end and test_week:
        refitted = build_network(config, features.NAMES)
        folders = {"logs": str(logs / REFITTED), "backup": str(backup / REFITTED)}
        fit(refitted, everything, config, **folders, what="ranking, refitted")
        if has_learnt(refitted, network, everything[before:], config):
            save_network(refitted, config, features.NAMES, to / REFITTED)
            figures["refitted"] = True
        else:
            logging.warning("the refitted network does worse in the test week than the judged one, which is pushed")
    (to / "figures.json").write_text(json.dumps(figures, indent=1))


def has_learnt(refitted: RankingNetwork, judged: RankingNetwork, test_week: Lists, config: RankingConfig) -> bool:
    """Whether the refitted network does better than the judged one on the week that it alone has seen.

    No figure of a week it knows can be a judgement; but one that does worse there has gone wrong, and the judged
    network takes its place.
    """
    before, after = (mean_loss(network, test_week, config) for network in (judged, refitted))
    logging.info("loss in the test week: %.4f judged, %.4f refitted", before, after)
    return after < before
