"""The last blessed weights: those of the newest pushed version that another run made.

What was pushed is what was blessed, and a version that was rolled back to is the newest one again. The run's own
version is passed over, so that a second run of the same inputs is held against the same model as the first.
"""

import pathlib
import shutil

from components.assemble.weights import WEIGHTS
from components.push.publish import FIGURES, figures_of, version_folders

NOBODY = "none"


def find_last_blessed(serving_dir: pathlib.Path, run_key: str) -> pathlib.Path | None:
    """The folder of the newest version whose run is not `run_key`; None if there is none.

    Args:
        serving_dir: where versions are pushed, `<number>/`.
        run_key: names this run by its inputs, settings and code; "" passes over nothing.
    """
    for version in reversed(version_folders(serving_dir)):
        figures = figures_of(version)
        usable = "weights_digest" in figures and (version / "assets.extra" / WEIGHTS).is_dir()
        if usable and figures.get("run_key") != run_key:
            return version
    return None


def key_of(version: pathlib.Path | None) -> str:
    """What TFX's cache knows the last blessed model by: its weights' digest, or `none`."""
    if version is None:
        return NOBODY
    return figures_of(version)["weights_digest"]


def copy_weights(version: pathlib.Path | None, to: pathlib.Path) -> bool:
    """Copies the weights of a version to `to/weights` and its figures to `to/lookbook.json`, or leaves `to` empty.

    Returns:
        Whether there were weights.
    """
    to.mkdir(parents=True, exist_ok=True)
    if version is None:
        return False
    shutil.copytree(version / "assets.extra" / WEIGHTS, to / WEIGHTS)
    shutil.copy(version / FIGURES, to / FIGURES.name)
    return True
