"""Joins small requests that wait for the graph: one run of the graph answers all of them.

No request waits for others to arrive. A request that finds the graph free runs alone at once. Requests that arrive
while the graph is busy are joined when it becomes free. The thread of the first joined request, the batch leader, runs
the graph for all of them. Rows do not depend on each other, so joining changes only the last bits of floating point,
which depend on the batch size.
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

from serving.errors import StatusError, deadline_exceeded

_Run = Callable[[Any, Mapping[str, Any], float], Sequence[Any]]  # key, feeds, timeout_s -> arrays


def _never() -> bool:
    return False


class Batcher:
    """Runs a function of arrays for several callers at once.

    Args:
        run: function of a key, named arrays and a timeout in seconds; returns arrays with the same number of rows.
        max_rows: maximum number of rows of a joined run; a request with as many or more rows runs alone.
        max_runs: maximum number of joined runs at the same time.
    """

    def __init__(self, run: _Run, *, max_rows: int, max_runs: int) -> None:
        self._run, self._max_rows, self._free_runs = run, max_rows, max_runs
        self._lock = threading.Lock()
        self._queue: collections.deque[_Job] = collections.deque()

    @property
    def waiting(self) -> int:
        """Number of requests that wait for the graph."""
        return len(self._queue)

    def run(
        self, key: Hashable, feeds: Mapping[str, Any], timeout_s: float, cancelled: Callable[[], bool] = _never
    ) -> list[Any]:
        """Runs one request, joined with others of an equal key.

        Args:
            key: only requests with equal keys are joined.
            feeds: arrays [rows, ...] with the same number of rows; for a key, the other dimensions are the same too.
            timeout_s: timeout of this request in seconds; joined requests may have longer ones.
            cancelled: called before the rows are run; True drops them.

        Returns:
            The arrays of `run`, with the rows of this request.

        Raises:
            StatusError: DEADLINE_EXCEEDED; CANCELLED if the request was dropped; or the error of `run`.
        """
        rows = min((len(array) for array in feeds.values()), default=0)
        if not 0 < rows < self._max_rows:
            return list(self._run(key, feeds, timeout_s))
        job = _Job(key, feeds, rows, time.monotonic() + timeout_s, cancelled)
        with self._lock:
            self._queue.append(job)
            if self._free_runs:
                self._free_runs -= 1
                self._start_batch()
        job.in_batch.wait(timeout_s)
        with self._lock:
            if not job.in_batch.is_set():
                self._queue.remove(job)
                raise deadline_exceeded()
        if job.batch:
            self._lead(job.batch)
        elif not job.done.wait(job.deadline_s - time.monotonic()):
            raise deadline_exceeded()
        if job.error is not None:
            raise job.error
        return job.arrays

    def _start_batch(self) -> None:
        """Makes the first waiting request the batch leader; frees the run if no request waits."""
        if not self._queue:
            self._free_runs += 1
            return
        leader, rows = self._queue[0], 0
        for job in list(self._queue):
            if job.key == leader.key and rows + job.rows <= self._max_rows:
                rows += job.rows
                leader.batch.append(job)
                self._queue.remove(job)
        for job in leader.batch:
            job.in_batch.set()

    def _lead(self, batch: list[_Job]) -> None:
        try:
            self._answer(batch)
        finally:
            with self._lock:
                self._start_batch()

    def _answer(self, jobs: list[_Job]) -> None:
        now_s = time.monotonic()
        jobs = [job for job in jobs if not job.drop(now_s)]
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
                job.done.set()
        except Exception as error:
            if len(jobs) == 1:
                jobs[0].error = error
                jobs[0].done.set()
                return
            for job in jobs:  # run each request alone, so that only the invalid one fails
                self._answer([job])


@dataclasses.dataclass(eq=False)
class _Job:
    key: Hashable
    feeds: Mapping[str, Any]
    rows: int
    deadline_s: float
    cancelled: Callable[[], bool]
    in_batch: threading.Event = dataclasses.field(default_factory=threading.Event)
    done: threading.Event = dataclasses.field(default_factory=threading.Event)
    batch: list[_Job] = dataclasses.field(default_factory=list)  # of a batch leader: all its jobs, including itself
    arrays: list[Any] = dataclasses.field(default_factory=list)
    error: Exception | None = None

    def drop(self, now_s: float) -> bool:
        """Ends the job with an error if its deadline has passed or its caller has cancelled; True if it ended."""
        if now_s >= self.deadline_s:
            self.error = deadline_exceeded()
        elif self.cancelled():
            self.error = StatusError(grpc.StatusCode.CANCELLED, "the caller has cancelled")
        else:
            return False
        self.done.set()
        return True
