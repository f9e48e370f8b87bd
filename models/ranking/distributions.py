"""The distributions of the ranking features and of the scores in training lists, as quantiles.

The file is stored with the ranking weights, so a pushed version has it, and a refresh keeps it.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np

from models.ranking.lists import LISTS_PER_CHUNK, Lists
from models.ranking.network import RankingNetwork

FILE = "distributions.json"
SCORE = "score"
POINTS = 200
_DIGITS = 6


@dataclasses.dataclass(frozen=True)
class Distributions:
    """Distributions over the candidates of lists.

    Attributes:
        pairs: number of candidates.
        quantiles: by feature and for `SCORE`, `POINTS` values, ascending: the quantiles at (i + 0.5) / `POINTS`.
    """

    pairs: int
    quantiles: Mapping[str, Sequence[float]]

    def write(self, folder: pathlib.Path) -> None:
        """Writes `distributions.json`."""
        tree = {name: [float(f"{value:.{_DIGITS}g}") for value in values] for name, values in self.quantiles.items()}
        (folder / FILE).write_text(json.dumps({"pairs": self.pairs, "quantiles": tree}), encoding="utf-8")


def describe_lists(lists: Lists, names: Sequence[str], network: RankingNetwork) -> Distributions:
    """Describes the features of lists, and the scores that a network gives their candidates.

    Args:
        lists: lists, at least one.
        names: names of the features.
        network: trained network. The loss does not determine the mean score of a list, so the scores are taken relative
            to it.
    """
    real = lists.labels >= 0
    scores = np.concatenate(
        [
            np.asarray(network(lists.features[start : start + LISTS_PER_CHUNK]))
            for start in range(0, len(lists), LISTS_PER_CHUNK)
        ]
    )
    means = np.where(real, scores, 0.0).sum(axis=1) / np.maximum(real.sum(axis=1), 1)
    values = {name: lists.features[:, :, place][real] for place, name in enumerate(names)}
    values[SCORE] = (scores - means[:, None])[real]
    return Distributions(int(real.sum()), {name: _quantiles(found) for name, found in values.items()})


def read_distributions(folder: pathlib.Path) -> Distributions | None:
    """Reads `distributions.json`; None if an earlier release trained the weights.

    Args:
        folder: folder of the ranking weights.
    """
    path = folder / FILE
    return Distributions(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def _quantiles(values: np.ndarray) -> list[float]:
    at = (np.arange(POINTS) + 0.5) / POINTS
    return np.quantile(values, at, method="inverted_cdf").tolist()
