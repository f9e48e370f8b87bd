"""Saves and loads the ranking network as NumPy arrays, with the names of the features it was trained on."""

import json
import pathlib
from collections.abc import Sequence

import numpy as np

from models.arrays import load_arrays, saved_config
from models.ranking.config import RankingConfig
from models.ranking.network import RankingNetwork
from transforms.errors import WeightsError

_TREE, _ARRAYS = "ranking.json", "ranking.npz"


def build_network(config: RankingConfig, features: Sequence[str]) -> RankingNetwork:
    """Builds a network with initial weights.

    Args:
        config: settings of the network.
        features: names of the features.
    """
    return RankingNetwork(
        features=len(features),
        units=config.units,
        blocks=config.blocks,
        dropout=config.dropout,
        networks=config.networks,
        seed=config.seed,
    )


def save_network(network: RankingNetwork, config: RankingConfig, features: Sequence[str], folder: pathlib.Path) -> None:
    """Writes the weights, settings and feature names of a network.

    Args:
        network: trained network.
        config: settings of the network.
        features: names of the features it was trained on.
        folder: folder of the ranking weights.
    """
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / _ARRAYS, *network.get_weights())
    tree = {"config": config.as_tree(), "features": list(features)}
    (folder / _TREE).write_text(json.dumps(tree, indent=1))


def load_network(folder: pathlib.Path, features: Sequence[str]) -> RankingNetwork:
    """Builds a network with saved weights.

    Args:
        folder: folder written by `save_network`.
        features: names of the features that the graph computes.

    Raises:
        WeightsError: the network was trained on other features, or the arrays do not fit it.
    """
    tree = json.loads((folder / _TREE).read_text())
    if list(features) != tree["features"]:
        odd = sorted(set(features) ^ set(tree["features"]))
        raise WeightsError(
            f"features must be those the ranking network in {folder} was trained on. "
            f"Received: other features, differing in {odd or 'the order'}. Train again, or use the "
            "version of the code that trained it."
        )
    network = build_network(saved_config(RankingConfig, tree["config"], folder / _TREE), features)
    load_arrays(network, folder / _ARRAYS)
    return network
