"""HandleReloadConfigRequest: checks permission and request, and replaces the configuration.

The API has no authentication, and a SavedModel is code. So the method is off unless `allow_reload` is set. It accepts
only base paths in or below `reload_roots`, and logs only below `log.roots`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any

import grpc

from serving.errors import StatusError, invalid_argument
from serving.server.config import ModelConfig, ServerConfig
from serving.server.manager import ModelManager
from serving.server.model_config_list import model_configs


class Reloader:
    """Replaces the configuration of a manager with one that a client sent.

    Args:
        config: settings of the server.
        manager: manager of the versions.
    """

    def __init__(self, config: ServerConfig, manager: ModelManager) -> None:
        self._allowed, self._limit_s = config.allow_reload, config.load_timeout_s
        self._roots = tuple(map(os.path.realpath, config.reload_roots)) or _default_roots(config.all_models())
        self._log_roots = tuple(map(os.path.realpath, config.log.roots)) or _default_log_roots(config.all_models())
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
        configs = model_configs(models, self._manager.models())
        for model in models:
            self._check_base_path(model)
        for model in configs:
            self._check_log(model)
        timeout_s = min(max(0.0, deadline_s - time.monotonic()), self._limit_s)
        self._manager.reload(configs, timeout_s, cancelled)

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

    def _check_log(self, model: ModelConfig) -> None:
        if model.logging is None:
            return
        path = os.path.realpath(model.logging.filename_prefix)
        if not any(os.path.commonpath((root, path)) == root for root in self._log_roots):
            allowed = ", ".join(self._log_roots) or "none, because no log was configured at the start"
            raise StatusError(
                grpc.StatusCode.PERMISSION_DENIED,
                f"filename_prefix of model {model.name} must be below an allowed folder ({allowed}). Received: "
                f"{model.logging.filename_prefix}. Start the server with --log-root to allow another folder.",
            )


def _default_roots(models: Iterable[ModelConfig]) -> tuple[str, ...]:
    """The parents of the base paths; the base path itself where the parent is the root of the file system."""
    paths = {os.path.realpath(model.base_path) for model in models}
    parents = {path: os.path.dirname(path) for path in paths}
    return tuple(sorted({path if parent == os.path.sep else parent for path, parent in parents.items()}))


def _default_log_roots(models: Iterable[ModelConfig]) -> tuple[str, ...]:
    """The folders of the prefixes."""
    prefixes = {os.path.realpath(model.logging.filename_prefix) for model in models if model.logging}
    return tuple(sorted(set(map(os.path.dirname, prefixes))))
