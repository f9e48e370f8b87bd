"""Copies the weights of the last blessed version, and names them for TFX's cache."""

import pathlib
import shutil

from components.model_files import WEIGHTS, WEIGHTS_DIGEST, description_of
from components.weights import FOLDER, WeightsRecord

NOBODY = "none"


def key_of(version: pathlib.Path | None) -> str:
    """Cache key of the last blessed weights: their digest, or `none`."""
    if version is None:
        return NOBODY
    return description_of(version)[WEIGHTS_DIGEST]


def emit_weights(version: pathlib.Path | None, to: pathlib.Path) -> WeightsRecord:
    """Writes the artifact `Weights` of a pushed version.

    Args:
        version: folder of the version; None on a first run.
        to: folder of the artifact.

    Returns:
        The record, as written.
    """
    if version is None:
        record = WeightsRecord(first_run=True)
    else:
        record = WeightsRecord.of_version(description_of(version))
        shutil.copytree(version / WEIGHTS, to / FOLDER)
    record.write(to)
    return record
