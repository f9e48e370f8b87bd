"""Converts a `tensorflow.serving.ModelConfigList` into settings of models.

The checks of its fields, their order and their messages are those of TensorFlow Serving.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from serving.errors import invalid_argument
from serving.server.config import ModelConfig, VersionPolicy
from serving.server.log_config import LoggingConfig

_PLATFORM = "tensorflow"
_MODEL_TYPE_TENSORFLOW = 1  # deprecated, but some clients still send it


def model_configs(models: Any, known: Collection[str] = ()) -> list[ModelConfig]:
    """The settings of the models of a list.

    Args:
        models: sequence of tensorflow.serving.ModelConfig.
        known: names of the models that are configured already.

    Raises:
        StatusError: INVALID_ARGUMENT, a field is invalid.
    """
    _check_names_and_paths(models)
    for model in models:
        _check_platform(model, known=model.name in known)
    return list(map(_model_config, models))


def _check_names_and_paths(models: Any) -> None:
    names: set[str] = set()
    for model in models:
        if model.name in names:
            raise invalid_argument(f"Illegal to list model {model.name} multiple times in config list")
        names.add(model.name)
    for model in models:
        if not model.base_path.startswith("/"):
            raise invalid_argument(
                f"Expected model {model.name} to have an absolute path or URI; got base_path()={model.base_path}"
            )
        if not model.name:
            raise invalid_argument("ModelConfig has no name specified.")
        if "\0" in model.base_path:
            raise invalid_argument(f"base_path of model {model.name} must be a path. Received: {model.base_path!r}.")


def _check_platform(model: Any, known: bool) -> None:
    if model.model_type and model.model_platform:
        raise invalid_argument(
            "Illegal setting both ModelServerConfig::model_type (deprecated) and ModelServerConfig::model_platform."
        )
    if not model.model_platform and model.model_type != _MODEL_TYPE_TENSORFLOW:
        raise invalid_argument(
            "Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform."
        )
    platform = model.model_platform or _PLATFORM
    if platform != _PLATFORM and known:
        raise invalid_argument(
            f"Illegal to change a model's platform. For model {model.name} platform was {_PLATFORM} "
            f"and new platform requested is {platform}"
        )
    if platform != _PLATFORM:
        raise invalid_argument(f"Model {model.name} requests unsupported platform {platform}")


def _model_config(model: Any) -> ModelConfig:
    policy = model.model_version_policy
    choice = policy.WhichOneof("policy_choice")
    return ModelConfig(
        name=model.name,
        base_path=model.base_path,
        policy=VersionPolicy(
            latest=max(1, policy.latest.num_versions),
            specific=tuple(policy.specific.versions) if choice == "specific" else None,
            all_versions=choice == "all",
        ),
        labels=dict(model.version_labels),
        logging=_logging(model) if model.HasField("logging_config") else None,
    )


def _logging(model: Any) -> LoggingConfig | None:
    """The logging of a model; None if no request is to be logged, as for TensorFlow Serving a rate of 0 says."""
    config = model.logging_config
    rate = config.sampling_config.sampling_rate
    if config.log_collector_config.type:
        raise invalid_argument(
            f"log_collector_config.type of model {model.name} must be empty, for TFRecord files. "
            f"Received: {config.log_collector_config.type}. Leave it out."
        )
    if rate == 0:
        return None
    try:
        return LoggingConfig(filename_prefix=config.log_collector_config.filename_prefix, sampling_rate=rate)
    except ValueError as error:
        raise invalid_argument(f"logging_config of model {model.name}: {error}") from error
