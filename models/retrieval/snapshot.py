"""Saves and loads snapshots of the towers as NumPy arrays."""

import json
import pathlib

import numpy as np

from models.arrays import load_arrays, saved_config
from models.retrieval.config import RetrievalConfig
from models.retrieval.towers import CONTENT, Towers
from transforms import features as f
from transforms.errors import WeightsError

_CONFIG = "towers.json"
VOCABULARIES = ("article_id", "customer_id", *f.ARTICLE_CATEGORIES, *f.CUSTOMER_CATEGORIES, "age_bucket", f.WORDS)


def snapshot_name(week: int) -> str:
    """Returns the folder name of the towers trained on weeks 0 to `week`.

    >>> snapshot_name(3)
    'week-003'
    """
    return f"week-{week:03d}"


def save_snapshot(towers: Towers, folder: pathlib.Path) -> None:
    """Writes the weights, settings and vocabulary sizes of towers; replaces an existing snapshot.

    Args:
        towers: built towers.
        folder: folder of the snapshot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "weights.part.npz"
    np.savez(part, *towers.get_weights())
    part.rename(folder / "weights.npz")
    tree = {"config": towers.config.as_tree(), "sizes": towers.sizes}
    (folder / _CONFIG).write_text(json.dumps(tree, indent=1, sort_keys=True))


def load_snapshot(folder: pathlib.Path) -> Towers:
    """Builds towers with the weights of a snapshot.

    Args:
        folder: folder of the snapshot.

    Raises:
        WeightsError: the settings, vocabularies or shapes are not those of this version of the code.
    """
    tree = json.loads((folder / _CONFIG).read_text())
    missing = sorted({*VOCABULARIES, CONTENT} - set(tree["sizes"]))
    if missing:
        raise WeightsError(
            f"the towers in {folder} must have sizes of {', '.join(VOCABULARIES)} and {CONTENT}. Received: no "
            f"{', '.join(missing)}. Train again, or use the version of the code that trained them."
        )
    towers = Towers(saved_config(RetrievalConfig, tree["config"], folder / _CONFIG), tree["sizes"])
    towers.build_all()
    restore(towers, folder)
    return towers


def restore(towers: Towers, folder: pathlib.Path) -> None:
    """Loads the weights of a snapshot into built towers.

    Args:
        towers: towers of the same sizes.
        folder: folder of the snapshot.

    Raises:
        WeightsError: the number or shapes of the arrays differ.
    """
    load_arrays(towers, folder / "weights.npz")
