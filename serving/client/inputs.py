"""Arrays of requests, made of the arguments of `RecommenderClient`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

MAX_K = 100


def check_k(k: int) -> None:
    """Checks the number of articles per answer.

    Raises:
        ValueError: `k` is not in 1..MAX_K.
    """
    if not 1 <= k <= MAX_K:
        raise ValueError(f"k must be in 1..{MAX_K}. Received: k = {k}.")


def one_each(name: str, values: Sequence[Any] | None, of: Sequence[str], default: Any) -> Sequence[Any]:
    """The values of an optional argument, `default` for each id if it is None.

    Args:
        name: name of the argument.
        values: [batch] or None.
        of: [batch] ids that the values belong to.
        default: value of each id if `values` is None.

    Raises:
        ValueError: `values` is not as long as `of`.
    """
    if values is None:
        return [default] * len(of)
    if len(values) != len(of):
        raise ValueError(f"{name} must have one entry for each id. Received: {len(values)} for {len(of)} ids.")
    return values


def strings(values: Sequence[str]) -> npt.NDArray[Any]:
    """[batch] array of dtype object; dtype str would drop trailing NULs."""
    array = np.empty(len(values), dtype=object)
    array[:] = list(values)
    return array


def padded(rows: Sequence[Sequence[str]]) -> npt.NDArray[Any]:
    """[batch, longest row] array of dtype object, padded with ""."""
    array = np.full((len(rows), max(map(len, rows), default=0)), "", dtype=object)
    for at, row in enumerate(rows):
        array[at, : len(row)] = list(row)
    return array
