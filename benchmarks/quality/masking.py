"""Groups of features that the ranking network is not told."""

import dataclasses

import numpy as np

from models.ranking.lists import Lists
from models.ranking.network import RankingNetwork
from models.recommender import features

_IN_LIST = "_in_list"
_NEVER = 1e30


def groups() -> dict[str, tuple[str, ...]]:
    """Names of the features by the file they are written in; a feature's standing in the list goes with it.

    `standing` are those standings alone.
    """
    found: dict[str, list[str]] = {}
    for name, function in features.FEATURES.items():
        group = found.setdefault(function.__module__.rpartition(".")[2], [])
        group += [each for each in (name, name + _IN_LIST) if each in features.NAMES]
    found["standing"] = [name for name in features.NAMES if name.endswith(_IN_LIST)]
    return {group: tuple(names) for group, names in found.items()}


def without(lists: Lists, group: str) -> Lists:
    """The same lists with the features of a group 0."""
    values = lists.features.copy()
    values[:, :, _columns(group)] = 0.0
    return dataclasses.replace(lists, features=values)


def deafen(network: RankingNetwork, group: str) -> None:
    """Standardises the features of a group to 0, whatever they are: as the network knew them when it was trained."""
    mean, deviation = network.mean.numpy(), network.deviation.numpy()
    mean[_columns(group)], deviation[_columns(group)] = 0.0, _NEVER
    network.mean.assign(mean)
    network.deviation.assign(deviation)


def _columns(group: str) -> np.ndarray:
    return np.isin(features.NAMES, groups()[group])
