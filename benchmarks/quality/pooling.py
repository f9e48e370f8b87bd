"""Combines figures of several cells: averages seeds for each customer, and concatenates ends.

The unit of intervals is the customer of a week; a customer who buys in several weeks counts several times.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.quality.cells import BACKS, CHOSEN_SEED, SEEDS
from models.metrics import Interval, bootstrap_interval

Result = Mapping[str, Any]
_SEED = 0


class Results:
    """Results by name of the cell.

    Args:
        measured: the existing results.
        names: names of all cells.
    """

    def __init__(self, measured: Mapping[str, Result], names: Sequence[str] = ()):
        self.measured = measured
        self.names = list(names) or list(measured)

    def seeds(self, back: int) -> list[Result] | None:
        """Results of the default with the seeds that were measured at one end; None if there are none.

        At the last end, whose bars are means of all seeds, it is None if one is missing.
        """
        names = [f"default-seed{seed}-{back}" for seed in SEEDS]
        found = [self.measured[name] for name in names if name in self.measured]
        return found if len(found) >= (1 if back else len(SEEDS)) else None

    def chosen(self, back: int) -> Result | None:
        """Result of the default with the seed of the ablations."""
        return self.measured.get(f"default-seed{CHOSEN_SEED}-{back}")

    def all(self, names: Sequence[str]) -> list[Result] | None:
        """Results of some cells; None if one is missing."""
        return [self.measured[name] for name in names] if all(name in self.measured for name in names) else None

    def backs(self) -> list[int]:
        """Ends at which the default was measured."""
        return [back for back in BACKS if self.seeds(back)]

    def ends(self) -> list[list[Result]]:
        """Results of the default by seed, for each end at which it was measured."""
        return [results for back in BACKS if (results := self.seeds(back))]


def pooled(ends: Sequence[Sequence[Result]], values: Callable[[Result], Sequence[float]]) -> np.ndarray:
    """Values of the customers of several ends, `[customers of all ends]`.

    Args:
        ends: for each end, the results to average: those of several seeds, or one.
        values: reads the values of the customers from a result.

    Raises:
        ValueError: the results of an end have different customers.
    """
    for results in ends:
        if len({result["of"] for result in results}) > 1:
            raise ValueError(f"the cells of an end must have the same customers. Received: {_names(results)}.")
    return np.concatenate([np.mean([values(result) for result in results], axis=0) for results in ends])


def interval(values: np.ndarray) -> Interval:
    """Mean and 95 % bootstrap interval over customers."""
    return bootstrap_interval(values, seed=_SEED)


def ranking(name: str, metric: str = "map_at_12") -> Callable[[Result], Sequence[float]]:
    """A function that reads a metric of a ranking from a result."""
    return lambda result: result["rankings"][name][metric]


def candidates(what: str) -> Callable[[Result], Sequence[float]]:
    """A function that reads figures of the candidates from a result."""
    return lambda result: result["candidates"][what]


def _names(results: Sequence[Result]) -> str:
    return ", ".join(str(result["cell"]) for result in results)
