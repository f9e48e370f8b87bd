"""Permutation importance of the ranking features: what the figures lose if a feature's values are exchanged.

Source: Breiman, Random forests, Machine Learning 45, 2001, section 10; as of any model by Fisher, Rudin and Dominici,
All models are wrong, but many are useful, JMLR 20, 2019. Correlated features replace one another, so each feature is
exchanged together with its relative form, and families of features are exchanged as a whole too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from models.metrics import K, average_precision, ndcg

METRICS = ("map_at_12", "ndcg_at_12")
_LAST = 1e30
Floats = npt.NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class JudgedLists:
    """Candidate lists with their features, and what the customers bought.

    Attributes:
        features: `[lists, candidates, features]` float32.
        real: `[lists, candidates]` bool, False for padding.
        bought: `[lists, candidates]` bool.
        num_bought: `[lists]` int, number of distinct articles bought, among the candidates or not; at least 1.
    """

    features: Floats
    real: npt.NDArray[np.bool_]
    bought: npt.NDArray[np.bool_]
    num_bought: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.num_bought)

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | slice) -> JudgedLists:
        """Returns the chosen lists."""
        return JudgedLists(*(getattr(self, field.name)[chosen] for field in dataclasses.fields(self)))


def permutation_importance(
    lists: JudgedLists,
    score: Callable[[Floats], Floats],
    groups: Mapping[str, Sequence[int]],
    *,
    repeats: int,
    seed: int,
) -> dict[str, dict[str, list[float]]]:
    """Returns the drop of each of `METRICS` for each group of features and each repeat.

    The values of a group are exchanged between all candidates of all lists by one permutation. A group whose features
    are equal for all candidates of a list, as those of a customer are, is exchanged between the lists.

    Args:
        lists: lists with features.
        score: returns the scores `[lists, candidates]` of features.
        groups: positions of the features by name of the group.
        repeats: number of permutations of each group, at least 1.
        seed: seed of the permutations.

    Returns:
        By group and metric: the figure of the intact features minus that of the exchanged ones, for each repeat. The
        figures are means over all `lists`.
    """
    total = len(lists)
    # Without a positive among the candidates, no order of them changes a figure.
    hit = lists[(lists.bought & lists.real).any(axis=1)]
    intact = _figures(hit, score(hit.features), total)
    random = np.random.default_rng(seed)
    drops: dict[str, dict[str, list[float]]] = {}
    for name, positions in groups.items():
        found: list[dict[str, float]] = []
        for _ in range(repeats):
            exchanged = _exchange(hit, list(positions), random)
            found.append(_figures(hit, score(exchanged), total))
        drops[name] = {metric: [intact[metric] - each[metric] for each in found] for metric in METRICS}
    return drops


def figures(lists: JudgedLists, scores: Floats) -> dict[str, float]:
    """Returns the mean of each of `METRICS` over all lists.

    Args:
        lists: lists, at least one.
        scores: `[lists, candidates]` scores of the candidates.
    """
    return _figures(lists, scores, len(lists))


def _figures(lists: JudgedLists, scores: Floats, total: int) -> dict[str, float]:
    if not len(lists):
        return dict.fromkeys(METRICS, 0.0)
    order = np.argsort(np.where(lists.real, -scores, _LAST), axis=1, kind="stable")[:, :K]
    hits = np.take_along_axis(lists.bought & lists.real, order, axis=1)
    hits = np.pad(hits, ((0, 0), (0, K - hits.shape[1])))
    values = (average_precision(hits, lists.num_bought), ndcg(hits, lists.num_bought))
    return {metric: float(value.sum() / total) for metric, value in zip(METRICS, values, strict=True)}


def _exchange(lists: JudgedLists, positions: list[int], random: np.random.Generator) -> Floats:
    """A copy of the features in which those at `positions` are exchanged."""
    values = lists.features[:, :, positions]
    changed = lists.features.copy()
    first = np.argmax(lists.real, axis=1)
    of_list = np.take_along_axis(values, first[:, None, None], axis=1)
    if np.all((values == of_list) | ~lists.real[:, :, None]):
        changed[:, :, positions] = of_list[random.permutation(len(values))]
    else:
        pairs = values[lists.real]
        values[lists.real] = pairs[random.permutation(len(pairs))]
        changed[:, :, positions] = values
    return changed
