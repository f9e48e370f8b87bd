"""Copies the weights of the last blessed version, and names them for TFX's cache."""

import pathlib
import shutil

from components.model_files import DESCRIPTION, WEIGHTS, WEIGHTS_DIGEST, description_of
from components.weights import FOLDER

NOBODY = "none"


def key_of(version: pathlib.Path | None) -> str:
    """What TFX's cache knows the last blessed model by: its weights' digest, or `none`."""
    if version is None:
        return NOBODY
    return description_of(version)[WEIGHTS_DIGEST]


def copy_weights(version: pathlib.Path | None, to: pathlib.Path) -> bool:
    """Copies the weights of a version to `to/weights` and its figures to `to/lookbook.json`, or leaves `to` empty.

    Returns:
        Whether there were weights.
    """
    to.mkdir(parents=True, exist_ok=True)
    if version is None:
        return False
    shutil.copytree(version / WEIGHTS, to / FOLDER)
    shutil.copy(version / DESCRIPTION, to / DESCRIPTION.name)
    return True
