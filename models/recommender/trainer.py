"""The `run_fn` with which TFX's Trainer trains the ranking network."""

import json
import logging
import pathlib

from models.ranking.config import REFITTED, RankingConfig
from models.ranking.distributions import describe_lists
from models.ranking.lists import Lists, join
from models.ranking.network import RankingNetwork
from models.ranking.training import fit, mean_loss
from models.ranking.weights import build_network, save_network
from models.recommender import features
from models.recommender.builder import STATES, TOWERS, RecommenderBuilder
from models.recommender.list_features import read_lists, training_lists
from models.retrieval.trainer import checkpoint_key
from transforms.calendar import load_calendar

_VALIDATION_LISTS = 256  # of the test week, for a curve in the report; enough for it, and little time


def run_fn(fn_args) -> None:
    """Computes the features of the stored lists, trains the network and writes its weights.

    The judged network is trained on the list weeks. With `refit_to_end`, a second network for the pushed model is
    trained on the list weeks and the test week, and written to `refitted/`. After each epoch, the loss of the judged
    network on some lists of the test week is logged; it decides nothing. The distributions of the features and scores
    of that week's lists are written to `distributions.json`, for the next run.

    Args:
        fn_args: TFX's arguments. `train_files` are the lists, `base_model` is the folder with `states/` and `towers/`;
            `custom_config` holds `ranking` and `recommender` (fields of the settings), `checkpoints` (folder) and
            `code_version`.

    Raises:
        ValueError: no list holds a positive.
    """
    custom = fn_args.custom_config
    config = RankingConfig.from_tree(custom["ranking"], "ranking")
    graph = pathlib.Path(fn_args.base_model)
    builder = RecommenderBuilder.of_step(fn_args)
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
    num_lists = sum(len(weekly[day]) for day in weeks)
    all_lists = join([weekly.pop(day) for day in (*weeks, *test_week)])
    lists = all_lists[:num_lists]
    network = build_network(config, features.NAMES)
    held_out = all_lists[num_lists : num_lists + _VALIDATION_LISTS] if test_week else None
    losses = fit(network, lists, config, logs=str(logs), backup=str(backup / "running"), validation=held_out)
    save_network(network, config, features.NAMES, to)
    describe_lists(all_lists[num_lists:] if test_week else lists, features.NAMES, network).write(to)
    figures = {"lists": len(lists), "losses": losses, "refitted": False}
    if config.refit_to_end and test_week:
        refitted = build_network(config, features.NAMES)
        fit(
            refitted,
            all_lists,
            config,
            logs=str(logs / REFITTED),
            backup=str(backup / REFITTED),
            what="ranking, refitted",
        )
        if improves_on_test_week(refitted, network, all_lists[num_lists:], config):
            save_network(refitted, config, features.NAMES, to / REFITTED)
            figures["refitted"] = True
        else:
            logging.warning(
                "the refitted network's loss in the test week is not below that of the judged network, which is pushed"
            )
    (to / "figures.json").write_text(json.dumps(figures, indent=1))


def improves_on_test_week(
    refitted: RankingNetwork, judged: RankingNetwork, test_week: Lists, config: RankingConfig
) -> bool:
    """Returns whether the refitted network has a lower loss than the judged one in the test week.

    The refitted network was trained on the test week, so this does not measure its quality. It detects failed training:
    a network with a higher loss on its own training data is not used.

    Args:
        refitted: network trained on the list weeks and the test week.
        judged: network trained on the list weeks.
        test_week: lists of the test week.
        config: settings with the loss.
    """
    judged_loss, refitted_loss = (mean_loss(network, test_week, config) for network in (judged, refitted))
    logging.info("loss in the test week: %.4f judged, %.4f refitted", judged_loss, refitted_loss)
    return refitted_loss < judged_loss
