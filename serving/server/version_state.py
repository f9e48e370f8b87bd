"""The life of one version: loading, available, dropped, failed, crashed, and when to try again."""

from __future__ import annotations

import dataclasses
import enum
import math
from pathlib import Path

import grpc

from serving.server.fingerprint import Fingerprint, fingerprint
from serving.server.worker_client import Worker

FIRST_RESTART_WAIT_S = 1.0  # before the second restart; the first is at once
LONGEST_RESTART_WAIT_S = 60.0


class Phase(enum.IntEnum):
    """Where a version is in its life; the numbers are ModelVersionStatus.State's."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclasses.dataclass(frozen=True)
class Status:
    """The state of one version, for GetModelStatus."""

    version: int
    phase: Phase
    code: grpc.StatusCode
    message: str


@dataclasses.dataclass
class VersionState:
    """One version.

    Attributes:
        number: of the version.
        path: its folder.
        phase: where it is in its life.
        code: OK, or what it failed with.
        message: why.
        worker: its process, while it is available or unloading.
        seen: the files it failed to load from.
        failures: to load, since its files last changed.
        crashes: of its process after it had loaded, without a failure in between.
        retry_at_s: by `time.monotonic()`, if it has failed or crashed.

    """

    number: int
    path: Path
    phase: Phase = Phase.START
    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""
    worker: Worker | None = None
    seen: Fingerprint | None = None
    failures: int = 0
    crashes: int = 0
    retry_at_s: float = math.inf

    def status(self) -> Status:
        """What GetModelStatus says of it."""
        return Status(self.number, self.phase, self.code, self.message)

    @property
    def failing(self) -> bool:
        """Whether it failed to load and has not loaded since, also during a retry."""
        return self.failures > 0 and self.phase in (Phase.START, Phase.LOADING, Phase.END)

    def loaded(self, worker: Worker) -> None:
        """It can be asked from now on."""
        self.phase, self.worker, self.failures = Phase.AVAILABLE, worker, 0

    def failed(self, code: grpc.StatusCode, message: str, seen: Fingerprint, retry_at_s: float) -> None:
        """It could not be loaded from the files seen."""
        self.phase, self.code, self.message, self.seen = Phase.END, code, message, seen
        self.failures, self.crashes, self.retry_at_s = self.failures + 1, 0, retry_at_s

    def crashed(self, now_s: float) -> None:
        """Its process has ended unasked: at once again, then after waits that double."""
        wait_s = min(FIRST_RESTART_WAIT_S * 2 ** (self.crashes - 1), LONGEST_RESTART_WAIT_S)
        self.retry_at_s = now_s + (wait_s if self.crashes else 0.0)
        self.crashes += 1
        self.phase, self.worker, self.seen = Phase.END, None, None
        self.code, self.message = grpc.StatusCode.INTERNAL, "the serving process ended"

    def worth_loading(self, path: Path, now_s: float) -> bool:
        """Whether to try again: it was dropped and is wanted again, its files have changed, or it is time."""
        if self.phase is not Phase.END:
            return False
        if self.code is grpc.StatusCode.OK:
            return True
        if self.seen is not None and fingerprint(path) != self.seen:
            self.failures = 0
            return True
        return now_s >= self.retry_at_s

    def again(self, path: Path) -> VersionState:
        """The state to try again with, which remembers the failures."""
        return VersionState(self.number, path, failures=self.failures, crashes=self.crashes)
