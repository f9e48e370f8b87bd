"""The console that prints result tables to standard output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_WIDTH = 160  # columns if standard output is no terminal


def tables() -> Console:
    """A console as wide as the terminal, or `PLAIN_WIDTH` columns wide for pipes and files."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH)
