"""Small requests that wait for the graph are answered together: one run of it for all of them.

Nothing is waited for. A request that finds the graph free runs at once, alone. Those that arrive while it is busy are
joined, and one of their threads runs the graph for all when it is free. Rows do not depend on each other, so an
answer is what it would be alone, but for the last bits of floating point, which depend on the size of a batch.
"""

from __future__ import annotations

import collections
import dataclasses
import threading
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import grpc
import numpy as np

from serving.errors import StatusError

_Run = Callable[[Any, Mapping[str, Any], float], Sequence[Any]]  # key, feeds, timeout_s -> arrays


def _wanted() -> bool:
    return False


class Batcher:
    """Runs a function of arrays for several callers at once.

    Args:
        run: function of a key, named arrays and a time-out in seconds; gives arrays whose first dimension is theirs.
        most_rows: rows of one run; a request of so many or more runs alone.
        runs_at_once: of `run`, for all that is joined.

    """

    def __init__(self, run: _Run, *, most_rows: int, runs_at_once: int) -> None:
        self._run, self._most_rows, self._free = run, most_rows, runs_at_once
        self._lock = threading.Lock()
        self._waiting: collections.deque[_Job] = collections.deque()

    def run(
        self, key: Hashable, feeds: Mapping[str, Any], timeout_s: float, unwanted: Callable[[], bool] = _wanted
    ) -> list[Any]:
        """The arrays for these rows.

        Args:
            key: only requests of equal keys are joined.
            feeds: arrays `[rows, ...]`, of the same number of rows and, but for that, the same shapes for a key.
            timeout_s: of this request; others may have longer.
            unwanted: called before the rows are run; True drops them.

        Raises:
            StatusError: DEADLINE_EXCEEDED, CANCELLED if it was dropped, or the error of `run` for this request.

        """
        rows = min((len(array) for array in feeds.values()), default=0)
        if not 0 < rows < self._most_rows:
            return list(self._run(key, feeds, timeout_s))
        job = _Job(key, feeds, rows, time.monotonic() + timeout_s, unwanted)
        with self._lock:
            self._waiting.append(job)
            if self._free:
                self._free -= 1
                self._appoint()
        job.called.wait(timeout_s)
        with self._lock:
            if not job.called.is_set():  # nobody has taken it along
                self._waiting.remove(job)
                raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        if job.led:
            self._lead(job.led)
        elif not job.answered.wait(job.deadline_s - time.monotonic()):
            raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        if job.error is not None:
            raise job.error
        return job.arrays

    def _appoint(self) -> None:
        """Has the thread of the first that waits run the graph for it and those like it, or sets the graph free."""
        if not self._waiting:
            self._free += 1
            return
        first, rows = self._waiting[0], 0
        for job in list(self._waiting):
            if job.key == first.key and rows + job.rows <= self._most_rows:
                rows += job.rows
                first.led.append(job)
                self._waiting.remove(job)
        for job in first.led:
            job.called.set()

    def _lead(self, jobs: list[_Job]) -> None:
        try:
            self._answer(jobs)
        finally:
            with self._lock:
                self._appoint()

    def _answer(self, jobs: list[_Job]) -> None:
        now_s = time.monotonic()
        jobs = [job for job in jobs if not job.dropped(now_s)]
        if not jobs:
            return
        try:
            feeds = jobs[0].feeds
            if len(jobs) > 1:
                feeds = {name: np.concatenate([job.feeds[name] for job in jobs]) for name in feeds}
            longest_s = max(job.deadline_s for job in jobs) - now_s
            arrays = self._run(jobs[0].key, feeds, longest_s)
            if any(len(array) != sum(job.rows for job in jobs) for array in arrays):
                raise ValueError(f"outputs must have a row for each row of the inputs. Received: {jobs[0].key}.")
            at = 0
            for job in jobs:
                job.arrays = [array[at : at + job.rows] for array in arrays]
                at += job.rows
                job.answered.set()
        except Exception as error:
            if len(jobs) == 1:
                jobs[0].error = error
                jobs[0].answered.set()
                return
            for job in jobs:  # one of them is to blame, the others are not
                self._answer([job])


@dataclasses.dataclass(eq=False)
class _Job:
    key: Hashable
    feeds: Mapping[str, Any]
    rows: int
    deadline_s: float
    unwanted: Callable[[], bool]
    called: threading.Event = dataclasses.field(default_factory=threading.Event)
    answered: threading.Event = dataclasses.field(default_factory=threading.Event)
    led: list[_Job] = dataclasses.field(default_factory=list)  # what its thread is to run, itself included
    arrays: list[Any] = dataclasses.field(default_factory=list)
    error: Exception | None = None

    def dropped(self, now_s: float) -> bool:
        """Whether the caller no longer waits; the request is then answered with an error."""
        if now_s >= self.deadline_s:
            self.error = StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")
        elif self.unwanted():
            self.error = StatusError(grpc.StatusCode.CANCELLED, "the caller has gone")
        else:
            return False
        self.answered.set()
        return True
