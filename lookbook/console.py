"""Where tables go: to standard output, as wide as who reads it bears."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 160  # columns when nobody looks: what a pipe or a file receives is not cut to a screen


def tables() -> Console:
    """The console for results."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
