"""Loads saved weights and settings, and checks that they fit the code."""

import pathlib
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf

from transforms.errors import ConfigError, WeightsError
from transforms.settings import Settings

S = TypeVar("S", bound=Settings)


def load_arrays(model: tf.keras.Model, path: pathlib.Path) -> None:
    """Loads the arrays of an archive into a built model, in order.

    Args:
        model: a built model.
        path: `.npz` file with an array for each weight.

    Raises:
        WeightsError: the number of arrays or their shapes differ.
    """
    with np.load(path) as archive:
        arrays = [archive[name] for name in archive.files]
    wanted, saved = [tuple(weight.shape) for weight in model.weights], [array.shape for array in arrays]
    if wanted != saved:
        odd = next((pair for pair in zip(wanted, saved, strict=False) if pair[0] != pair[1]), "their number")
        raise WeightsError(
            f"the arrays in {path} must have the shapes of the weights of {model.name}. Received: {len(saved)} arrays "
            f"for {len(wanted)} weights, first differing: {odd}. Train again, or use the version of the "
            "code that wrote it."
        )
    model.set_weights(arrays)


def saved_config(cls: type[S], tree: Mapping[str, Any], path: pathlib.Path) -> S:
    """Builds the settings that weights were saved with.

    Args:
        cls: class of the settings.
        tree: values by name; missing ones get their defaults. Former names are accepted.
        path: file of the settings, for the error message.

    Raises:
        WeightsError: the code does not have some of the settings, or refuses a value.
    """
    present = {cls.RENAMED.get(name, name): value for name, value in tree.items()}
    try:
        return cls.from_tree(present)
    except ConfigError as error:
        raise WeightsError(
            f"the settings in {path} must be those of {cls.__name__}, but {str(error).rstrip('.')}. Train again, or "
            "use the version of the code that wrote them."
        ) from error
