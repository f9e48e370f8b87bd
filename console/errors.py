"""Errors that a page shows."""

from __future__ import annotations

from transforms.errors import LookbookError


class PageError(LookbookError):
    """A request cannot be answered with its page.

    Args:
        status: HTTP status.
        text: what is wrong, the value received, and what to do.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
