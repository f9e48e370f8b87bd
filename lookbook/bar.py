"""The line at the bottom of a terminal: what is at work, how fast, and for how long yet."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from transforms.progress import Mark, minutes, per_second

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_WIDTH = 16  # columns of the bar itself


class Bar(logging.Handler):
    """Draws the marks of `transforms.progress`; nothing is drawn while nothing is at work.

    Args:
        console: of the terminal.
    """

    def __init__(self, console: Console):
        super().__init__(logging.DEBUG)
        self._console = console
        self._drawn: Progress | None = None
        self._of_step = False

    def step(self, name: str) -> None:
        """A step begins: it is drawn until `clear`."""
        self._of_step = True
        self._draw(name)

    def clear(self) -> None:
        """Nothing is at work: what was drawn goes away."""
        self._of_step = False
        if self._drawn is not None:
            self._drawn.stop()
            self._drawn = None

    def emit(self, record: logging.LogRecord) -> None:
        """Draws a mark; outside of steps its last one is the end."""
        mark = getattr(record, "mark", None)
        if not isinstance(mark, Mark):
            return
        if mark.finished and not self._of_step:
            self.clear()
            return
        if self._drawn is None:
            self._draw(mark.what)
        assert self._drawn is not None
        (task,) = self._drawn.task_ids
        self._drawn.update(task, completed=mark.done, total=mark.total, figures=figures(mark))

    def _draw(self, description: str) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.table import Column

        self._drawn = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(_WIDTH),
            TimeElapsedColumn(),
            # What matters comes first, since a narrow terminal cuts the end off.
            TextColumn("{task.fields[figures]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
            console=self._console,
            transient=True,
        )
        self._drawn.add_task(description, total=None, figures="")
        self._drawn.start()


def figures(mark: Mark) -> str:
    """A mark as the bar says it.

    >>> figures(Mark(what="lists", unit="customers", done=500, total=2000, elapsed_s=2.0))
    '0:06 left, 250 customers/s, 500 of 2,000, lists'
    """
    left = "" if mark.seconds_left is None else f"{minutes(mark.seconds_left)} left, "
    of = "" if mark.total is None else f" of {mark.total:,}"
    return f"{left}{per_second(mark.rate).replace('/s', f' {mark.unit}/s')}, {mark.done:,}{of}, {mark.what}"
