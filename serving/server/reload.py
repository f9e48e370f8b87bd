"""HandleReloadConfigRequest: checks permission and request, and converts it into a configuration.

The API has no authentication, and a SavedModel is code. So the method is off unless `allow_reload` is set. It accepts
only base paths in or below `reload_roots`. The checks of the request's fields, their order and their messages are those
of TensorFlow Serving.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import grpc

from serving.errors import StatusError, invalid_argument
from serving.server.config import ModelConfig, ServerConfig, VersionPolicy
from serving.server.manager import ModelManager

_PLATFORM = "tensorflow"
_MODEL_TYPE_TENSORFLOW = 1  # deprecated, but some clients still send it


class Reloader:
    """Replaces the configuration of a manager with one that a client sent.

    Args:
        config: settings of the server.
        manager: manager of the versions.
    """

    def __init__(self, config: ServerConfig, manager: ModelManager) -> None:
        self._allowed, self._limit_s = config.allow_reload, config.load_timeout_s
        self._roots = tuple(map(os.path.realpath, config.reload_roots)) or _default_roots(config.all_models())
        self._manager = manager

    def reload(self, config: Any, deadline_s: float, cancelled: Callable[[], bool]) -> None:
        """Applies a ModelServerConfig; returns when its new models are available.

        Waits until `deadline_s`, the server's `load_timeout_s` or cancellation, whichever is first.

        Args:
            config: tensorflow.serving.ModelServerConfig.
            deadline_s: deadline on the clock `time.monotonic()`.
            cancelled: called periodically; True if the caller has cancelled.

        Raises:
            StatusError: PERMISSION_DENIED, INVALID_ARGUMENT or FAILED_PRECONDITION, and nothing has changed; or
                an error of `ModelManager.reload`.
        """
        if not self._allowed:
            raise StatusError(
                grpc.StatusCode.PERMISSION_DENIED,
                "HandleReloadConfigRequest is off. Start the server with --allow-reload (allow_reload=True in "
                "ServerConfig) to turn it on.",
            )
        if config.WhichOneof("config") != "model_config_list":
            raise invalid_argument(
                "ServerModelConfig type not supported by HandleReloadConfigRequest. "
                "Only ModelConfigList is currently supported"
            )
        models = config.model_config_list.config
        if not models:
            raise invalid_argument(
                "model_config_list must name at least one model. Received: an empty list, which would drop every "
                "model. Name the models to serve."
            )
        _check_names_and_paths(models)
        for model in models:
            _check_platform(model, known=model.name in self._manager.models())
        for model in models:
            self._check_base_path(model)
        timeout_s = min(max(0.0, deadline_s - time.monotonic()), self._limit_s)
        self._manager.reload(map(_model_config, models), timeout_s, cancelled)

    def _check_base_path(self, model: Any) -> None:
        path = os.path.realpath(model.base_path)
        if not any(os.path.commonpath((root, path)) == root for root in self._roots):
            raise StatusError(
                grpc.StatusCode.PERMISSION_DENIED,
                f"base_path of model {model.name} must be in or below one of {', '.join(self._roots)}. Received: "
                f"{model.base_path}. Start the server with --reload-root to allow another folder.",
            )
        if not os.path.isdir(path):
            raise StatusError(
                grpc.StatusCode.FAILED_PRECONDITION,
                f"base_path of model {model.name} must be a folder that exists. Received: {model.base_path}.",
            )


def _default_roots(models: Iterable[ModelConfig]) -> tuple[str, ...]:
    """The parents of the base paths; the base path itself where the parent is the root of the file system."""
    paths = {os.path.realpath(model.base_path) for model in models}
    parents = {path: os.path.dirname(path) for path in paths}
    return tuple(sorted({path if parent == os.path.sep else parent for path, parent in parents.items()}))


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
    )
