"""Version labels in a model config file, by which servers choose the version of a request.

The file is TensorFlow Serving's, see `docs/operations.md`. Servers read it again when it changes.
"""

from __future__ import annotations

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

from google.protobuf import text_format

from serving import wire
from transforms.atomic_path import atomic_path
from transforms.errors import DataError


@dataclasses.dataclass(frozen=True)
class LabelledModel:
    """A model of the file.

    Attributes:
        name: name of the model.
        labels: number of the version by label.
    """

    name: str
    labels: Mapping[str, int]


def read_labels(path: pathlib.Path) -> list[LabelledModel]:
    """The models of a file with their labels.

    Args:
        path: the model config file.

    Raises:
        DataError: the file cannot be read.
    """
    return [LabelledModel(model.name, dict(model.version_labels)) for model in _models(_read(path))]


def labels_of(path: pathlib.Path, name: str | None = None) -> Mapping[str, int]:
    """The labels of one model of a file.

    Args:
        path: the model config file.
        name: name of the model; None if the file has one model.

    Raises:
        DataError: the file cannot be read, or does not have the model.
    """
    return dict(_chosen(path, _read(path), name).version_labels)


def set_labels(path: pathlib.Path, labels: Mapping[str, int], name: str | None = None) -> None:
    """Sets labels of one model and writes the file at once. Other labels stay; comments are lost.

    If the model serves specific versions, the labelled ones are added to them.

    Args:
        path: the model config file.
        labels: number of the version by label.
        name: name of the model; None if the file has one model.

    Raises:
        DataError: the file cannot be read, does not have the model, or a version does not exist under its base path.
    """
    config = _read(path)
    model = _chosen(path, config, name)
    for label, number in labels.items():
        if not (pathlib.Path(model.base_path) / str(number)).is_dir():
            raise DataError(
                f"label {label} must name a version in {model.base_path}. Received: {number}, which is not there"
            )
        model.version_labels[label] = number
        if model.model_version_policy.WhichOneof("policy_choice") == "specific":
            specific = model.model_version_policy.specific.versions
            if number not in specific:
                specific.append(number)
    with atomic_path(path) as unfinished:
        unfinished.write_text(text_format.MessageToString(config), encoding="utf-8")


def _read(path: pathlib.Path) -> Any:
    config = wire.ModelServerConfig()
    try:
        text_format.Parse(path.read_bytes(), config)
    except (OSError, UnicodeDecodeError, text_format.ParseError) as error:
        raise DataError(f"the model config file {path} cannot be read: {error}") from error
    return config


def _models(config: Any) -> Any:
    return config.model_config_list.config


def _chosen(path: pathlib.Path, config: Any, name: str | None) -> Any:
    names = [model.name for model in _models(config)]
    if name is None and len(names) == 1:
        return _models(config)[0]
    if name not in names:
        raise DataError(f"--model must be one of {', '.join(names)} of {path}. Received: {name or 'none'}")
    return _models(config)[names.index(name)]
