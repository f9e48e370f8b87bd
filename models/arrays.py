"""Weights of a Keras model in a NumPy archive, compared with the model before they are loaded."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
import tensorflow as tf

from transforms.errors import WeightsError

C = TypeVar("C")


def load_arrays(model: tf.keras.Model, path: pathlib.Path) -> None:
    """Gives a built model the arrays of an archive, in their order.

    Args:
        model: all its weights exist.
        path: `.npz` file of as many arrays, of the same shapes.

    Raises:
        WeightsError: number or shapes differ.
    """
    with np.load(path) as archive:
        arrays = [archive[name] for name in archive.files]
    wanted, saved = [tuple(weight.shape) for weight in model.weights], [array.shape for array in arrays]
    if wanted != saved:
        odd = next((pair for pair in zip(wanted, saved, strict=False) if pair[0] != pair[1]), "their number")
        raise WeightsError(
            f"the arrays in {path} must have the shapes of the weights of {model.name}. Received: {len(saved)} arrays "
            f"for {len(wanted)} weights, first differing: {odd}. Train again, or use the code of that model."
        )
    model.set_weights(arrays)


def saved_config(cls: type[C], tree: Mapping[str, Any], path: pathlib.Path) -> C:
    """The settings that weights were saved with.

    Args:
        cls: dataclass of the settings.
        tree: fields by name; those left out have their defaults.
        path: where they were read, for the message.

    Raises:
        WeightsError: there are settings that today's code does not have.
    """
    unknown = sorted(set(tree) - {field.name for field in dataclasses.fields(cls)})  # type: ignore[arg-type]
    if unknown:
        raise WeightsError(
            f"the settings in {path} must be those of {cls.__name__}. Received: {', '.join(unknown)}. Train again, or "
            "use the code of that model."
        )
    return cls(**tree)
