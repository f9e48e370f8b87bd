"""Finds the worker for a request.

Requests read immutable maps without a lock. Writers hold the manager's lock and replace a map.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc

from serving.errors import StatusError, invalid_argument
from serving.server.config import ModelConfig
from serving.server.served_worker import Worker


class RoutingTable:
    """Workers of the served versions by model and version, and version labels."""

    def __init__(self) -> None:
        self._workers: Mapping[str, Mapping[int, Worker]] = {}
        self._labels: Mapping[str, Mapping[str, int]] = {}

    def requested(self, spec: Any) -> tuple[str, int | None]:
        """Model name and version number of a ModelSpec; None for the newest version.

        Raises:
            StatusError: INVALID_ARGUMENT with TensorFlow Serving's message; no name or an unknown label.
        """
        if not spec.name:
            raise invalid_argument("ModelSpec has no name specified.")
        choice = spec.WhichOneof("version_choice")
        if choice == "version":
            return spec.name, int(spec.version.value)
        if choice == "version_label":
            number = self._labels.get(spec.name, {}).get(spec.version_label)
            if number is None:
                raise invalid_argument(f"Unrecognized servable version label: {spec.version_label}")
            return spec.name, number
        return spec.name, None

    def find(self, name: str, number: int | None) -> tuple[int, Worker] | None:
        """Version number and worker; None if the version is not served.

        Args:
            name: name of the model.
            number: version number; None for the newest.
        """
        workers = self._workers.get(name, {})
        if number is None:
            number = max(workers, default=-1)
        worker = workers.get(number)
        return None if worker is None else (number, worker)

    def served(self, name: str) -> list[int]:
        """Numbers of the model's served versions, oldest first."""
        return sorted(self._workers.get(name, {}))

    def all(self) -> list[tuple[str, int, Worker]]:
        """Model, version and worker of all served versions."""
        return [(name, number, worker) for name, served in self._workers.items() for number, worker in served.items()]

    def publish(self, name: str, workers: Mapping[int, Worker]) -> None:
        """Replaces the workers of a model."""
        self._workers = {**self._workers, name: dict(workers)}

    def clear(self) -> None:
        """Removes all workers."""
        self._workers = {}

    def set_labels(self, labels: Mapping[str, Mapping[str, int]]) -> None:
        """Replaces the labels of all models."""
        self._labels = labels

    def check_labels(self, model: ModelConfig, allow_unavailable: bool) -> None:
        """Checks the labels of a model's new configuration.

        Args:
            model: new configuration.
            allow_unavailable: whether a new label may name a version that is not served.

        Raises:
            StatusError: FAILED_PRECONDITION with TensorFlow Serving's message; a label names a version that is not
                served.
        """
        served = self._workers.get(model.name, {})
        for label, number in model.labels.items():
            unchanged = self._labels.get(model.name, {}).get(label, number) == number
            if number not in served and not (allow_unavailable and unchanged):
                message = (
                    f"Request to assign label to version {number} of model {model.name}, "
                    "which is not currently available for inference"
                )
                raise StatusError(grpc.StatusCode.FAILED_PRECONDITION, message)
