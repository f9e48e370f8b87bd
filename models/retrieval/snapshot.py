"""The towers at one moment of their training, saved as plain arrays."""

import json
import pathlib

import numpy as np

from models.arrays import load_arrays, saved_config
from models.retrieval.config import RetrievalConfig
from models.retrieval.towers import Towers
from transforms import features as f
from transforms.errors import WeightsError

_CONFIG = "towers.json"
VOCABULARIES = ("article_id", "customer_id", *f.ARTICLE_CATEGORIES, *f.CUSTOMER_CATEGORIES, "age_bucket", f.WORDS)


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
    tree = {"config": towers.config.as_tree(), "sizes": towers.sizes}
    (folder / _CONFIG).write_text(json.dumps(tree, indent=1, sort_keys=True))


def load_snapshot(folder: pathlib.Path) -> Towers:
    """Builds the towers of a snapshot.

    Raises:
        WeightsError: today's towers have different settings, vocabularies or shapes.
    """
    tree = json.loads((folder / _CONFIG).read_text())
    missing = sorted(set(VOCABULARIES) - set(tree["sizes"]))
    if missing:
        raise WeightsError(
            f"the towers in {folder} must have a vocabulary for each of {', '.join(VOCABULARIES)}. Missing: "
            f"{', '.join(missing)}. Train again, or use the code of that model."
        )
    towers = Towers(saved_config(RetrievalConfig, tree["config"], folder / _CONFIG), tree["sizes"])
    towers.build_all()
    restore(towers, folder)
    return towers


def restore(towers: Towers, folder: pathlib.Path) -> None:
    """Loads the weights of a snapshot into towers of the same sizes.

    Raises:
        WeightsError: the sizes differ.
    """
    load_arrays(towers, folder / "weights.npz")
