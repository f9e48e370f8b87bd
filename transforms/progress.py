"""Reports the progress of long loops through `logging`.

A step writes `with Progress("lists", "customers", total) as progress:` and, in its loop,
`progress.advance(len(batch))`. Each report is a record of the logger `lookbook.progress` with a `Mark`. Reports every
ten seconds and at the end have level INFO and appear in logs. Reports between them, twice a second, have level DEBUG;
only a terminal that draws a progress bar enables them.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType

LOGGER = "lookbook.progress"
MARK_EVERY_S = 0.5
LINE_EVERY_S = 10.0
_log = logging.getLogger(LOGGER)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mark:
    """The progress of a loop at one moment.

    Attributes:
        what: name of the task.
        unit: name of the counted units, plural.
        done: number of units done.
        total: total number of units, or None if unknown.
        elapsed_s: seconds since the start.
        even: whether all units take about the same time.
        finished: whether this is the last mark of the loop.
    """

    what: str
    unit: str
    done: int
    total: int | None
    elapsed_s: float
    even: bool = True
    finished: bool = False

    @property
    def rate(self) -> float:
        """Units per second since the start; 0 if no time has passed.

        >>> Mark(what="read", unit="rows", done=500, total=None, elapsed_s=2.0).rate
        250.0
        """
        return self.done / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds left; None if the total is unknown, nothing is done yet, or units are not even.

        >>> Mark(what="read", unit="rows", done=500, total=2000, elapsed_s=2.0).seconds_left
        6.0
        """
        if self.total is None or not self.rate or not self.even:
            return None
        return max(self.total - self.done, 0) / self.rate

    def __str__(self) -> str:
        """Returns a line such as `read: 500 of 2,000 rows, 250/s, 0:06 left`."""
        rate = per_second(self.rate)
        if self.finished:
            return f"{self.what}: {self.done:,} {self.unit} in {self.elapsed_s:.1f} s, {rate}"
        of = "" if self.total is None else f" of {self.total:,}"
        left = "" if self.seconds_left is None else f", {minutes(self.seconds_left)} left"
        return f"{self.what}: {self.done:,}{of} {self.unit}, {rate}{left}"


class Progress:
    """Counts the units that a loop has done and logs them. A context manager that also logs completion.

    Args:
        what: name of the task, a few words.
        unit: name of the counted units, plural.
        total: total number of units, or None if unknown.
        clock: function that returns the time in seconds.
        even: whether all units take about the same time; otherwise the time left is not estimated.
    """

    def __init__(
        self,
        what: str,
        unit: str,
        total: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        even: bool = True,
    ):
        self._what, self._unit, self._total, self._clock, self._even = what, unit, total, clock, even
        self._done = 0
        self._started_s = self._marked_s = self._logged_s = clock()
        self._lock = threading.Lock()

    def __enter__(self) -> Progress:
        """Logs the start."""
        self._log_mark(logging.DEBUG)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        """Logs completion unless the block raised."""
        if kind is None:
            self._log_mark(logging.INFO, finished=True)

    def advance(self, count: int = 1) -> None:
        """Adds `count` units to those done."""
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        """Sets the number of units done; logs it if the last report is old enough."""
        now = self._clock()
        with self._lock:
            self._done = done
            if now - self._marked_s < MARK_EVERY_S:
                return
            self._marked_s = now
            line = now - self._logged_s >= LINE_EVERY_S
            if line:
                self._logged_s = now
        self._log_mark(logging.INFO if line else logging.DEBUG)

    def reduce_total(self, count: int) -> None:
        """Removes units that will be skipped from the total, such as the epochs after early stopping."""
        if self._total is not None:
            self._total -= count

    @property
    def mark(self) -> Mark:
        """The progress at this moment."""
        return self._mark(finished=False)

    def _mark(self, *, finished: bool) -> Mark:
        elapsed_s = self._clock() - self._started_s
        return Mark(
            what=self._what,
            unit=self._unit,
            done=self._done,
            total=self._total,
            elapsed_s=elapsed_s,
            even=self._even,
            finished=finished,
        )

    def _log_mark(self, level: int, *, finished: bool = False) -> None:
        if _log.isEnabledFor(level):
            mark = self._mark(finished=finished)
            _log.log(level, "%s", mark, extra={"mark": mark})


def per_second(rate: float) -> str:
    """Formats a rate with two significant digits below 10, else as a whole number.

    >>> per_second(40_123.4), per_second(0.25)
    ('40,123/s', '0.25/s')
    """
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s"


def minutes(seconds: float) -> str:
    """Formats a duration as minutes and seconds, with hours if there are any.

    >>> minutes(6.2), minutes(3723)
    ('0:06', '1:02:03')
    """
    whole = round(seconds)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole % 3600 // 60:0{2 if hours else 1}d}:{whole % 60:02d}"
