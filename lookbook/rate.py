"""A column of a progress bar: how many per second, over the whole of the task."""

from __future__ import annotations

from rich.progress import ProgressColumn, Task
from rich.text import Text


class RateColumn(ProgressColumn):
    """`1,234 customers/s`."""

    def __init__(self, unit: str) -> None:
        """`unit` is what is counted, in the plural."""
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> Text:
        """The text of the column."""
        return Text(f"{rate(task.completed, task.elapsed):,.0f} {self._unit}/s")


def rate(done: float, elapsed_s: float | None) -> float:
    """Done per second; 0 as long as no time has passed.

    >>> rate(500, 2.0), rate(500, None), rate(0, 0.0)
    (250.0, 0.0, 0.0)
    """
    return done / elapsed_s if elapsed_s else 0.0
