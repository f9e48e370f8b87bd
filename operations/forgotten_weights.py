"""Removes customers from trained weights: their lines of the vocabulary and their embeddings."""

from __future__ import annotations

import pathlib
import uuid
from collections.abc import Collection

import numpy as np

from components.weights import TOWERS, TRANSFORM
from models.retrieval.snapshot import load_snapshot, save_snapshot
from transforms.columns import CUSTOMER_ID
from transforms.features import vocabulary_name
from transforms.ids import read_ids, write_ids


def forget_in_weights(weights: pathlib.Path, ids: Collection[str]) -> int:
    """Replaces the ids in the vocabulary of customers by random names, and sets their embeddings to zero.

    The lines stay, because the number of a line is the index of an embedding. What the weights learned from all
    customers together stays until the next training.

    Args:
        weights: the folder `weights`, see `components.weights`; it is changed.
        ids: ids of customers.

    Returns:
        The number of ids that the vocabulary had.
    """
    forgotten = set(ids)
    found: set[int] = set()
    for file in (weights / TRANSFORM).rglob(vocabulary_name(CUSTOMER_ID)):
        lines = read_ids(file)
        at = [index for index, line in enumerate(lines) if line in forgotten]
        for index in at:
            lines[index] = f"forgotten-{uuid.uuid4().hex}"
        if at:
            write_ids(lines, file)
            found.update(at)
    if found:
        towers = load_snapshot(weights / TOWERS)
        towers.forget_customers(np.array(sorted(found)))
        save_snapshot(towers, weights / TOWERS)
    return len(found)
