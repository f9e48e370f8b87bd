"""The customers of the test week with their slices and purchases, from the Examples that the Evaluator judges on."""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from components.evaluation.eval_config import LABEL, SLICES
from components.examples import read_examples
from components.features.examples import JUDGED_SPLIT
from transforms.columns import CUSTOMER_ID


@dataclasses.dataclass(frozen=True)
class JudgedCustomers:
    """Customers who bought in the test week.

    Attributes:
        ids: customer ids.
        slices: value of each customer, by feature of the slices.
        bought: distinct article ids of each customer.
    """

    ids: list[str]
    slices: Mapping[str, list[str]]
    bought: list[list[str]]

    def __len__(self) -> int:
        return len(self.ids)

    def sample(self, size: int, seed: int) -> npt.NDArray[np.int64]:
        """Positions of at most `size` customers, drawn by seed, ascending."""
        chosen = np.random.default_rng(seed).permutation(len(self))[:size]
        return np.sort(chosen)


def read_judged(folder: pathlib.Path) -> JudgedCustomers:
    """Reads the Examples that Features wrote for the Evaluator.

    Args:
        folder: folder of the artifact.
    """
    table = read_examples(folder / f"Split-{JUDGED_SPLIT}")
    return JudgedCustomers(
        ids=[_one(values) for values in table[CUSTOMER_ID].to_pylist()],
        slices={name: [_one(values) for values in table[name].to_pylist()] for name in SLICES},
        bought=[[article.decode() for article in values or ()] for values in table[LABEL].to_pylist()],
    )


def choose_by_slice(customers: JudgedCustomers, count: int, seed: int) -> list[tuple[int, str]]:
    """Chooses customers by seed, so that the slices take turns.

    The features of the slices take turns, and so do the values of a feature, in an order drawn by seed. Of each value
    a customer is drawn who was not chosen before.

    Args:
        customers: customers of the test week.
        count: number of customers to choose; fewer are returned if there are fewer.
        seed: seed of the draws.

    Returns:
        Positions of the customers, each with the slice that it was drawn from, such as `standing=new`.
    """
    random = np.random.default_rng(seed)
    waiting: dict[str, list[list[int]]] = {}
    names: dict[str, list[str]] = {}
    for feature, values in customers.slices.items():
        by_value = _positions(values)
        order = [sorted(by_value)[place] for place in random.permutation(len(by_value))]
        names[feature] = [f"{feature}={value}" for value in order]
        waiting[feature] = [list(random.permutation(by_value[value])) for value in order]
    chosen: dict[int, str] = {}
    turn = 0
    while len(chosen) < min(count, len(customers)):
        for feature, queues in waiting.items():
            place = turn % max(len(queues), 1)
            free = next((int(each) for each in queues[place] if int(each) not in chosen), None) if queues else None
            if free is not None and len(chosen) < count:
                chosen[free] = names[feature][place]
        turn += 1
    return list(chosen.items())


def _positions(values: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, value in enumerate(values):
        found.setdefault(value, []).append(position)
    return found


def _one(values: list[bytes] | None) -> str:
    return values[0].decode() if values else ""
