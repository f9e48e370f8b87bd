"""The model config file: TensorFlow Serving's `--model_config_file`, a ModelServerConfig in protobuf's text format.

The server reads it again when it changes, as TensorFlow Serving does with `--model_config_file_poll_wait_seconds`. A
change takes effect without a restart: other versions, labels or logging. The file is the operator's, so it needs no
`allow_reload`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable
from pathlib import Path

import grpc
from google.protobuf import text_format

from serving import wire
from serving.errors import StatusError
from serving.server.config import ModelConfig
from serving.server.manager import ModelManager
from serving.server.model_config_list import model_configs

_log = logging.getLogger(__name__)


def read_model_config_file(path: Path) -> list[ModelConfig]:
    """The models of a file.

    Raises:
        ValueError: the file is not a list of models; the message names the cause.
        OSError: it cannot be read.
    """
    return _parse(path, path.read_bytes())


class ModelConfigFile:
    """Applies a file to a manager when its content changes.

    Args:
        path: the file.
        manager: manager of the versions.
        timeout_s: time for new models to become available.
    """

    def __init__(self, path: Path, manager: ModelManager, timeout_s: float) -> None:
        self._path, self._manager, self._timeout_s = path, manager, timeout_s
        self._applied: bytes | None = None
        self._last_warning: str | None = None

    def poll(self, cancelled: Callable[[], bool]) -> None:
        """Applies the file if it has changed; logs once why it cannot be applied, and keeps the configuration.

        If a label names a version that is not available yet, the new versions are loaded beside those of the present
        labels, which stay; the file is applied by a later call, when the version is available.

        Args:
            cancelled: called periodically; True ends the wait for new models.
        """
        try:
            content = self._path.read_bytes()
            if content == self._applied:
                return
            models = _parse(self._path, content)
        except (OSError, ValueError) as error:
            self._warn(f"the model config file cannot be used, keeping the configuration: {error}")
            return
        try:
            if models != list(map(self._manager.model, self._manager.models())):
                self._manager.reload(models, self._timeout_s, cancelled)
                _log.info("the model config file %s is applied", self._path)
        except StatusError as error:
            self._warn(f"the model config file {self._path}: {error.message}")
            if error.code is grpc.StatusCode.FAILED_PRECONDITION:  # a label, and nothing has changed
                self._load_beside(models, cancelled)
                return
        else:
            self._last_warning = None
        self._applied = content

    def _load_beside(self, models: list[ModelConfig], cancelled: Callable[[], bool]) -> None:
        """Configures the versions of a file with the present labels."""
        configured = list(map(self._manager.model, self._manager.models()))
        present = {model.name: model for model in configured if model is not None}
        beside = [_with_labels_of(model, present.get(model.name)) for model in models]
        if beside != configured:
            with contextlib.suppress(StatusError):  # a present label on a version that is not available either
                self._manager.reload(beside, self._timeout_s, cancelled)

    def _warn(self, message: str) -> None:
        if message != self._last_warning:
            _log.warning("%s", message)
        self._last_warning = message


def _with_labels_of(model: ModelConfig, present: ModelConfig | None) -> ModelConfig:
    labels = {} if present is None else present.labels
    specific = model.policy.specific
    if specific is None:
        return dataclasses.replace(model, labels=labels)
    versions = tuple(sorted({*specific, *labels.values()}))
    return dataclasses.replace(model, labels=labels, policy=dataclasses.replace(model.policy, specific=versions))


def _parse(path: Path, content: bytes) -> list[ModelConfig]:
    config = wire.ModelServerConfig()
    try:
        text_format.Parse(content, config)
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} must be a ModelServerConfig in protobuf's text format. Received: {error}.") from None
    if not config.model_config_list.config:
        raise ValueError(f"{path} must have a model_config_list with at least one model. Received: none.")
    try:
        return model_configs(config.model_config_list.config)
    except StatusError as error:
        raise ValueError(f"{path}: {error.message}") from None
