"""Figures of several cells put together: seeds are averaged customer by customer, ends are put behind each other.

So the customer of a week is the unit that intervals are drawn over; one who buys in several weeks is several of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.quality.cells import BACKS, CHOSEN_SEED, SEEDS
from models.metrics import Interval, bootstrap_interval

Result = Mapping[str, Any]
_SEED = 0


class Results:
    """What was measured, by name of the cell.

    Args:
        measured: the results there are.
        names: of all cells there could be.
    """

    def __init__(self, measured: Mapping[str, Result], names: Sequence[str] = ()):
        self.measured = measured
        self.names = list(names) or list(measured)

    def seeds(self, back: int) -> list[Result] | None:
        """The default's results of all seeds at one end; None if one is missing."""
        return self.all([f"default-seed{seed}-{back}" for seed in SEEDS])

    def chosen(self, back: int) -> Result | None:
        """The default's result of the seed that ablations have."""
        return self.measured.get(f"default-seed{CHOSEN_SEED}-{back}")

    def all(self, names: Sequence[str]) -> list[Result] | None:
        """The results of these cells; None if one is missing."""
        return [self.measured[name] for name in names] if all(name in self.measured for name in names) else None

    def backs(self) -> list[int]:
        """The ends at which the default was measured with all seeds."""
        return [back for back in BACKS if self.seeds(back)]

    def ends(self) -> list[list[Result]]:
        """The default's results of all seeds, end by end, where there are all."""
        return [results for back in BACKS if (results := self.seeds(back))]


def pooled(ends: Sequence[Sequence[Result]], values: Callable[[Result], Sequence[float]]) -> np.ndarray:
    """Values of the customers of several ends, `[customers of all]`.

    Args:
        ends: of each end the results whose mean is meant: those of several seeds, or one.
        values: of a result, one a customer.

    Raises:
        ValueError: the results of an end are not of the same customers.
    """
    for results in ends:
        if len({result["of"] for result in results}) > 1:
            raise ValueError(f"the cells of an end must be of the same customers. Received: {_names(results)}.")
    return np.concatenate([np.mean([values(result) for result in results], axis=0) for results in ends])


def interval(values: np.ndarray) -> Interval:
    """Mean and 95 % bootstrap interval over customers."""
    return bootstrap_interval(values, seed=_SEED)


def ranking(name: str, metric: str = "map_at_12") -> Callable[[Result], Sequence[float]]:
    """Reads a metric of a ranking off a result."""
    return lambda result: result["rankings"][name][metric]


def candidates(what: str) -> Callable[[Result], Sequence[float]]:
    """Reads what is known of the candidates off a result."""
    return lambda result: result["candidates"][what]


def _names(results: Sequence[Result]) -> str:
    return ", ".join(str(result["cell"]) for result in results)
