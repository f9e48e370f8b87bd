"""The towers at one moment of their training, saved as plain arrays."""

import dataclasses
import json
import pathlib

import numpy as np

from models.retrieval.config import RetrievalConfig
from models.retrieval.towers import Towers

_CONFIG = "towers.json"


def snapshot_name(week: int) -> str:
    """Folder of the towers that know the purchases of weeks 0 to `week` and nothing later.

    >>> snapshot_name(3)
    'week-003'
    """
    return f"week-{week:03d}"


def save_snapshot(towers: Towers, folder: pathlib.Path) -> None:
    """Writes weights and what is needed to build the towers again; an existing snapshot is replaced whole."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "weights.part.npz"
    np.savez(part, *towers.get_weights())
    part.rename(folder / "weights.npz")
    tree = {"config": dataclasses.asdict(towers.config), "sizes": towers.sizes}
    (folder / _CONFIG).write_text(json.dumps(tree, indent=1, sort_keys=True))


def load_snapshot(folder: pathlib.Path) -> Towers:
    """Builds the towers a snapshot was taken of."""
    tree = json.loads((folder / _CONFIG).read_text())
    towers = Towers(RetrievalConfig(**tree["config"]), tree["sizes"])
    towers.build_all()
    restore(towers, folder)
    return towers


def restore(towers: Towers, folder: pathlib.Path) -> None:
    """Gives towers of the same sizes the weights of a snapshot."""
    with np.load(folder / "weights.npz") as arrays:
        towers.set_weights([arrays[name] for name in arrays.files])
