"""Masks groups of features of the ranking network."""

import dataclasses

import numpy as np

from models.ranking.lists import Lists
from models.ranking.network import RankingNetwork
from models.recommender import features

_IN_LIST = "_in_list"
_NEVER = 1e30


def groups() -> dict[str, tuple[str, ...]]:
    """Names of the features by the module that defines them, each with its position in the list.

    The group `standing` has only the features of positions.
    """
    found: dict[str, list[str]] = {}
    for name, function in features.FEATURES.items():
        group = found.setdefault(function.__module__.rpartition(".")[2], [])
        group += [each for each in (name, name + _IN_LIST) if each in features.NAMES]
    found["standing"] = [name for name in features.NAMES if name.endswith(_IN_LIST)]
    return {group: tuple(names) for group, names in found.items()}


def mask_lists(lists: Lists, group: str) -> Lists:
    """Copies lists with the features of a group set to 0.

    Args:
        lists: the lists, which are not changed.
        group: name of the group.
    """
    values = lists.features.copy()
    values[:, :, _columns(group)] = 0.0
    return dataclasses.replace(lists, features=values)


def mask_network(network: RankingNetwork, group: str) -> None:
    """Makes a network standardise the features of a group to 0, as in its training on masked lists.

    Args:
        network: the network, changed.
        group: name of the group.
    """
    mean, deviation = network.mean.numpy(), network.deviation.numpy()
    mean[_columns(group)], deviation[_columns(group)] = 0.0, _NEVER
    network.mean.assign(mean)
    network.deviation.assign(deviation)


def _columns(group: str) -> np.ndarray:
    return np.isin(features.NAMES, groups()[group])
