"""The progress bar of a terminal: the running step, its rate and the time left."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from transforms.progress import Mark, minutes, per_second

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

_WIDTH = 16  # columns of the bar, without texts


class Bar(logging.Handler):
    """A logging handler that draws the marks of `transforms.progress`.

    Args:
        console: console of the terminal.
    """

    def __init__(self, console: Console):
        super().__init__(logging.DEBUG)
        self._console = console
        self._drawn: Progress | None = None
        self._of_step = False

    def step(self, name: str) -> None:
        """Draws the bar of a step until `clear`."""
        self._of_step = True
        self._draw(name)

    def clear(self) -> None:
        """Erases the bar."""
        self._of_step = False
        if self._drawn is not None:
            self._drawn.stop()
            self._drawn = None

    def emit(self, record: logging.LogRecord) -> None:
        """Draws a mark. A finished mark outside of steps erases the bar."""
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
            # The most important figure comes first, because a narrow terminal truncates the line.
            TextColumn("{task.fields[figures]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")),
            console=self._console,
            transient=True,
        )
        self._drawn.add_task(description, total=None, figures="")
        self._drawn.start()


def figures(mark: Mark) -> str:
    """Formats a mark.

    >>> figures(Mark(what="lists", unit="customers", done=500, total=2000, elapsed_s=2.0))
    '0:06 left, 250 customers/s, 500 of 2,000, lists'
    """
    left = "" if mark.seconds_left is None else f"{minutes(mark.seconds_left)} left, "
    of = "" if mark.total is None else f" of {mark.total:,}"
    return f"{left}{per_second(mark.rate).replace('/s', f' {mark.unit}/s')}, {mark.done:,}{of}, {mark.what}"
