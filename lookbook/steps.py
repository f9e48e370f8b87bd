"""Prints the steps of a run as they go: on a terminal the one at work, and a line for each that is done."""

import sys
import time

from pipeline.steps import Step, Watcher


class StepPrinter(Watcher):
    """A watcher that writes to standard error."""

    def __init__(self) -> None:
        super().__init__(starts=self._start, ends=self._end)
        self._number, self._count, self._begun = 0, 0, 0.0
        self._live = sys.stderr.isatty()

    def _start(self, name: str, number: int, count: int) -> None:
        self._number, self._count, self._begun = number, count, time.monotonic()
        if self._live:
            print(f"\r[{number:2d}/{count}] {name} ...", end="", file=sys.stderr, flush=True)

    def _end(self, step: Step) -> None:
        how = "cached" if step.cached else f"{step.seconds:.1f} s"
        start = "\r\x1b[K" if self._live else ""
        print(f"{start}[{self._number:2d}/{self._count}] {step.name:<24} {how}", file=sys.stderr, flush=True)
