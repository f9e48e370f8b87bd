"""A bound on the calls that are open at once; used in the front's event loop alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc


class OpenCalls:
    """Counts the open calls of a kind.

    Args:
        most: how many may be open.
        what: they are, for the message.

    """

    def __init__(self, most: int, what: str) -> None:
        self._most, self._what, self._open = most, what, 0

    @asynccontextmanager
    async def one(self, context: Any) -> AsyncIterator[None]:
        """Counts one call while the block runs; ends it with UNAVAILABLE if there are too many."""
        if not self.enter():
            await context.abort(grpc.StatusCode.UNAVAILABLE, self.refusal)
        try:
            yield
        finally:
            self.leave()

    @property
    def refusal(self) -> str:
        """What a call too many is told."""
        return f"more than {self._most} {self._what} are open; try again"

    def enter(self) -> bool:
        """Counts one call; False if there are too many."""
        if self._open >= self._most:
            return False
        self._open += 1
        return True

    def leave(self) -> None:
        """The call has ended."""
        self._open -= 1
