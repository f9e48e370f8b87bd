"""State of one version from loading to its end, and when to load it again."""

from __future__ import annotations

import dataclasses
import enum
import math
from pathlib import Path

import grpc

from serving.server.fingerprint import Fingerprint, fingerprint
from serving.server.served_worker import Worker

FIRST_RESTART_WAIT_S = 1.0  # before the second restart; the first one is immediate
MAX_RESTART_WAIT_S = 60.0


class Phase(enum.IntEnum):
    """Phase of a version; the numbers are those of ModelVersionStatus.State."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclasses.dataclass(frozen=True)
class Status:
    """Status of one version, for GetModelStatus."""

    version: int
    phase: Phase
    code: grpc.StatusCode
    message: str


@dataclasses.dataclass
class VersionState:
    """State of one version.

    Attributes:
        number: number of the version.
        path: its folder.
        phase: its phase.
        code: OK, or the code of its last error.
        message: message of its last error; "" for none.
        worker: its process, while it is available or unloading.
        failed_files: the files that it failed to load from; None if its last error was not a failed load.
        failures: number of failed loads since its files last changed.
        crashes: number of unexpected ends of its process since the last failed load.
        retry_at_s: time (`time.monotonic()`) of the next try, if it failed or crashed.
    """

    number: int
    path: Path
    phase: Phase = Phase.START
    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""
    worker: Worker | None = None
    failed_files: Fingerprint | None = None
    failures: int = 0
    crashes: int = 0
    retry_at_s: float = math.inf

    def status(self) -> Status:
        """The status for GetModelStatus."""
        return Status(self.number, self.phase, self.code, self.message)

    @property
    def failing(self) -> bool:
        """Whether it failed to load and has not loaded since; also True during a retry."""
        return self.failures > 0 and self.phase in (Phase.START, Phase.LOADING, Phase.END)

    @property
    def failed_to_load(self) -> bool:
        """Whether it failed to load and is not being loaded again."""
        return self.failing and self.phase is Phase.END

    @property
    def loaded_or_loading(self) -> bool:
        """Whether it is available or being loaded, also if its process ended and is to be restarted."""
        return self.phase in (Phase.LOADING, Phase.AVAILABLE) or self.crashes > 0

    def loaded(self, worker: Worker) -> None:
        """Makes it available."""
        self.phase, self.worker, self.failures = Phase.AVAILABLE, worker, 0

    def failed(self, code: grpc.StatusCode, message: str, files: Fingerprint, retry_at_s: float) -> None:
        """Records that it could not be loaded.

        Args:
            code: code of the error.
            message: message of the error.
            files: the files that it was loaded from.
            retry_at_s: time (`time.monotonic()`) of the next try.
        """
        self.phase, self.code, self.message, self.failed_files = Phase.END, code, message, files
        self.failures, self.crashes, self.retry_at_s = self.failures + 1, 0, retry_at_s

    def crashed(self, now_s: float) -> None:
        """Records that its process ended unexpectedly: restart at once, later after waits that double."""
        wait_s = min(FIRST_RESTART_WAIT_S * 2 ** (self.crashes - 1), MAX_RESTART_WAIT_S)
        self.retry_at_s = now_s + (wait_s if self.crashes else 0.0)
        self.crashes += 1
        self.phase, self.worker, self.failed_files = Phase.END, None, None
        self.code, self.message = grpc.StatusCode.INTERNAL, "the serving process ended"

    def worth_loading(self, path: Path, now_s: float) -> bool:
        """Whether to load it: it was dropped without an error, its files have changed, or its next try is due."""
        if self.phase is not Phase.END:
            return False
        if self.code is grpc.StatusCode.OK:
            return True
        if self.failed_files is not None and fingerprint(path) != self.failed_files:
            self.failures = 0
            return True
        return now_s >= self.retry_at_s

    def again(self, path: Path) -> VersionState:
        """A new state for another try, which keeps the counts of failures and crashes."""
        return VersionState(self.number, path, failures=self.failures, crashes=self.crashes)
