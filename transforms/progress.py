"""How far a long loop is, told through `logging`, so that whoever sets logging up decides what is seen of it.

A step says `with Progress("lists", "customers", total) as progress:` and, in its loop, `progress.advance(len(batch))`.
Each telling is a record of the logger `lookbook.progress` that carries a `Mark`. Every ten seconds and at the end it is
of level INFO, a plain line in a container's log; those in between, twice a second, are DEBUG, which only a terminal
that draws them asks for. What is told changes nothing else: a loop does not know who listens.
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
    """How far it is at one moment.

    Attributes:
        what: is being done.
        unit: what is counted, in the plural.
        done: how many so far.
        total: how many there will be, or None if nobody knows.
        elapsed_s: since the beginning, seconds.
        even: whether each takes about as long as another.
        finished: whether this is the last mark.
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
        """Done per second, over the whole of the time; 0 as long as none has passed.

        >>> Mark(what="read", unit="rows", done=500, total=None, elapsed_s=2.0).rate
        250.0
        """
        return self.done / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At this rate; None where there is no total, no rate yet, or none that will last.

        >>> Mark(what="read", unit="rows", done=500, total=2000, elapsed_s=2.0).seconds_left
        6.0
        """
        if self.total is None or not self.rate or not self.even:
            return None
        return max(self.total - self.done, 0) / self.rate

    def __str__(self) -> str:
        """`read: 500 of 2,000 rows, 250/s, 0:06 left`."""
        rate = per_second(self.rate)
        if self.finished:
            return f"{self.what}: {self.done:,} {self.unit} in {self.elapsed_s:.1f} s, {rate}"
        of = "" if self.total is None else f" of {self.total:,}"
        left = "" if self.seconds_left is None else f", {minutes(self.seconds_left)} left"
        return f"{self.what}: {self.done:,}{of} {self.unit}, {rate}{left}"


class Progress:
    """Counts what a loop has done and tells it now and then; a context, whose proper end is told too.

    Args:
        what: is being done, a few words.
        unit: what is counted, in the plural.
        total: how many there will be, or None if nobody knows.
        clock: gives the time, seconds.
        even: whether each takes about as long as another; where it does not, time left is not guessed.
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
        self._begun = self._marked = self._lined = clock()
        self._lock = threading.Lock()

    def __enter__(self) -> Progress:
        """Tells that it begins, so that a terminal shows what is at work."""
        self._tell(logging.DEBUG)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        """Tells the end, unless an error was it."""
        if kind is None:
            self._tell(logging.INFO, finished=True)

    def advance(self, count: int = 1) -> None:
        """So many more are done."""
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        """So many are done in all."""
        now = self._clock()
        with self._lock:
            self._done = done
            if now - self._marked < MARK_EVERY_S:
                return
            self._marked = now
            line = now - self._lined >= LINE_EVERY_S
            if line:
                self._lined = now
        self._tell(logging.INFO if line else logging.DEBUG)

    def leave_out(self, count: int) -> None:
        """So many of the total will not have to be done after all, such as the epochs that early stopping saves."""
        if self._total is not None:
            self._total -= count

    @property
    def mark(self) -> Mark:
        """How far it is now."""
        return self._mark(finished=False)

    def _mark(self, *, finished: bool) -> Mark:
        elapsed_s = self._clock() - self._begun
        return Mark(
            what=self._what,
            unit=self._unit,
            done=self._done,
            total=self._total,
            elapsed_s=elapsed_s,
            even=self._even,
            finished=finished,
        )

    def _tell(self, level: int, *, finished: bool = False) -> None:
        if _log.isEnabledFor(level):
            mark = self._mark(finished=finished)
            _log.log(level, "%s", mark, extra={"mark": mark})


def per_second(rate: float) -> str:
    """A rate in as many digits as it deserves.

    >>> per_second(40_123.4), per_second(0.25)
    ('40,123/s', '0.25/s')
    """
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s"


def minutes(seconds: float) -> str:
    """A length of time as minutes and seconds, with hours where there are any.

    >>> minutes(6.2), minutes(3723)
    ('0:06', '1:02:03')
    """
    whole = round(seconds)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    return f"{hours}{whole % 3600 // 60:0{2 if hours else 1}d}:{whole % 60:02d}"
