"""A limit of the rows in flight over all requests, which limits their memory."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc

from serving.errors import StatusError, deadline_exceeded

_CANCEL_CHECK_S = 0.2  # poll interval for cancelled requests


class RowLimit:
    """Admits requests in the order of their arrival while the sum of their rows is within the limit.

    Args:
        limit: maximum number of rows in flight; a larger request runs alone.
    """

    def __init__(self, limit: int) -> None:
        self._limit, self._rows = limit, 0
        self._changed = threading.Condition()
        self._waiting: collections.deque[object] = collections.deque()

    @contextmanager
    def taken(self, rows: int, timeout_s: float, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Waits until the rows are within the limit, then counts them while the block runs.

        Args:
            rows: rows of this request.
            timeout_s: timeout of the wait in seconds.
            cancelled: called periodically; True ends the wait.

        Raises:
            StatusError: DEADLINE_EXCEEDED or CANCELLED; the block has not run.
        """
        rows = min(rows, self._limit)
        self._enter(rows, time.monotonic() + timeout_s, cancelled)
        try:
            yield
        finally:
            with self._changed:
                self._rows -= rows
                self._changed.notify_all()

    def _enter(self, rows: int, end_s: float, cancelled: Callable[[], bool]) -> None:
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while self._waiting[0] is not ticket or self._rows + rows > self._limit:
                    left_s = end_s - time.monotonic()
                    if left_s <= 0:
                        raise deadline_exceeded()
                    if cancelled():
                        raise StatusError(grpc.StatusCode.CANCELLED, "the caller has cancelled")
                    self._changed.wait(min(left_s, _CANCEL_CHECK_S))
                self._rows += rows
            finally:
                self._waiting.remove(ticket)
                if self._waiting:
                    self._changed.notify_all()
