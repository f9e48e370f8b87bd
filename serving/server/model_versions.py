"""The versions of one model: their states, and which of them to serve. The manager's lock guards them."""

from __future__ import annotations

from pathlib import Path

from serving.server import versions
from serving.server.config import ModelConfig
from serving.server.served_worker import Worker
from serving.server.version_state import Phase, Status, VersionState

MAX_ENDED = 50  # statuses of dropped versions that are kept


class ModelVersions:
    """Versions of a model, including ended ones.

    Attributes:
        states: state by version number.
        found: folder by version number at the last poll; None before it, or if the base path cannot be read.
        model: settings of the model; None if it is no longer configured.

    Args:
        name: name of the model.
        always_present: keep loaded versions when the base path has none of the wanted versions.
    """

    def __init__(self, name: str, always_present: bool) -> None:
        self.states: dict[int, VersionState] = {}
        self.found: dict[int, Path] | None = None
        self.model: ModelConfig | None = None
        self._name, self._always_present = name, always_present

    def wanted(self) -> set[int] | None:
        """Numbers of the versions to serve; None to keep the loaded ones."""
        if self.model is None:
            return set()
        if self.found is None:
            return None
        failing = {n for n, v in self.states.items() if v.failing}
        chosen = versions.wanted(self.found, self.model.policy, failing)
        keep = self._always_present and self.model.policy.specific != ()
        return None if keep and not chosen else chosen

    def folders(self) -> dict[int, Path]:
        """Folders by number of the versions to serve; of the loaded ones if those are to be kept."""
        wanted, found = self.wanted(), self.found or {}
        if wanted is None:
            return {n: v.path for n, v in self.states.items() if v.loaded_or_loading}
        return {number: found[number] for number in wanted}

    def next_to_unload(self, wanted: set[int]) -> VersionState | None:
        """The version to drop now; None if there is none, see `versions.next_to_unload`."""
        number = versions.next_to_unload({n: v.phase for n, v in self.states.items()}, wanted)
        return None if number is None else self.states[number]

    def ready(self) -> dict[int, Worker]:
        """Workers of the available versions by number."""
        return {n: v.worker for n, v in self.states.items() if v.phase is Phase.AVAILABLE and v.worker}

    def workers(self) -> list[Worker]:
        """Workers of the available versions and of those being unloaded."""
        return [v.worker for v in self.states.values() if v.worker]

    def ended_unexpectedly(self) -> list[VersionState]:
        """Available versions whose process has ended."""
        found = self.states.values()
        return [v for v in found if v.phase is Phase.AVAILABLE and v.worker and not v.worker.alive]

    def restarting(self, number: int | None) -> bool:
        """Whether the process of a version ended and is being restarted; of any version if `number` is None.

        Reads without the lock, so that requests do not wait for it.
        """
        found = list(self.states.values())
        return any(v.crashes and v.worker is None and number in (None, v.number) for v in found)

    def all_failed(self) -> bool:
        """Whether all wanted versions have failed to load; each failure adds the next older version."""
        tried = self.wanted() or set(self.states)
        return bool(tried) and all(n in self.states and self.states[n].failed_to_load for n in tried)

    def newest_failing_above(self, number: int) -> int | None:
        """Number of the newest version above `number` that fails to load; None if there is none."""
        return max((n for n, v in self.states.items() if n > number and v.failing), default=None)

    def statuses(self, number: int | None = None) -> list[Status]:
        """Statuses, newest first; of the given version only if `number` is not None."""
        newest_first = sorted(self.states.values(), key=lambda v: -v.number)
        return [v.status() for v in newest_first if number is None or v.number == number]

    def missing(self, served: list[int]) -> str | None:
        """Message if the base path is missing or has none of the wanted versions, else None.

        Args:
            served: numbers of the served versions.
        """
        wanted = self.wanted()
        if self.model is None or wanted:
            return None
        what = "cannot be read, or does not exist" if self.found is None else "has none of the wanted versions"
        kept = served if wanted is None else []
        then = f"version {', '.join(map(str, kept))} stays loaded" if kept else "waiting"
        return f"the folder {self.model.base_path} of model {self._name} {what}; {then}"

    def remove_ended(self, wanted: set[int]) -> None:
        """Removes the states of dropped versions beyond `MAX_ENDED`, oldest first."""
        ended = sorted(n for n, v in self.states.items() if v.phase is Phase.END and n not in wanted)
        for number in ended[:-MAX_ENDED]:
            del self.states[number]

    def reset(self) -> None:
        """Removes the folders and ended versions of an earlier configuration."""
        self.found = None
        self.states = {n: v for n, v in self.states.items() if v.phase is not Phase.END}
