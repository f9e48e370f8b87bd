"""Ends a canary: moves its version label back when it is certainly worse."""

from __future__ import annotations

import pathlib

from components.report.feedback import Comparison
from operations.version_labels import labels_of, set_labels
from transforms.errors import DataError


def versions_of(config_file: pathlib.Path, pair: tuple[str, str], model: str | None = None) -> dict[str, int]:
    """The versions that two labels of a model config file name.

    Args:
        config_file: the model config file.
        pair: the labels.
        model: name of the model; None if the file has one.

    Raises:
        DataError: the file cannot be read or lacks a label.
    """
    labels = labels_of(config_file, model)
    for label in pair:
        if label not in labels:
            known = ", ".join(sorted(labels)) or "none"
            raise DataError(f"--stop needs labels of {config_file}: {known}. Received: {label} in --compare")
    return {label: labels[label] for label in pair}


def stop_if_worse(config_file: pathlib.Path, comparison: Comparison, model: str | None = None) -> str:
    """Moves the label of b to the version of a if b is worse, however often one looks.

    Args:
        config_file: the model config file.
        comparison: comparison of two labels.
        model: name of the model; None if the file has one.

    Returns:
        One line about what was done.

    Raises:
        DataError: the file cannot be read or written, or lacks a label.
    """
    a, b = comparison.a.value, comparison.b.value
    versions = versions_of(config_file, (a, b), model)
    if not comparison.b_is_certainly_worse:
        return f"{b} stays at version {versions[b]}: it is not certainly worse than {a}"
    set_labels(config_file, {b: versions[a]}, model)
    return f"stopped: {b} moves from version {versions[b]} back to version {versions[a]} of {a}"
