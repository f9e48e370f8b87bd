"""Copies the weights of the last blessed version, and computes their cache key."""

import pathlib
import shutil

from components.model_files import WEIGHTS, WEIGHTS_DIGEST, description_of
from components.weights import FOLDER, WeightsRecord


def key_of(version: pathlib.Path | None) -> str:
    """Cache key of the last blessed weights: their digest, or `none`."""
    return "none" if version is None else description_of(version)[WEIGHTS_DIGEST]


def emit_weights(version: pathlib.Path | None, to: pathlib.Path) -> WeightsRecord:
    """Writes the artifact `Weights` of a pushed version.

    Args:
        version: folder of the version; None on a first run.
        to: folder of the artifact.

    Returns:
        The record that was written.
    """
    if version is None:
        record = WeightsRecord(first_run=True)
    else:
        record = WeightsRecord.of_version(description_of(version))
        shutil.copytree(version / WEIGHTS, to / FOLDER)
    record.write(to)
    return record
