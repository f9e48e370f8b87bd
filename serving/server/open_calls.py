"""A limit of open calls; used only in the front's event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc


class OpenCalls:
    """Counts the open calls of a kind.

    Args:
        most: maximum number of open calls.
        what: kind of the calls, for the message.

    """

    def __init__(self, most: int, what: str) -> None:
        self._most, self._what, self._open = most, what, 0

    @asynccontextmanager
    async def one(self, context: Any) -> AsyncIterator[None]:
        """Counts one call while the block runs; ends it with UNAVAILABLE above the limit."""
        if not self.enter():
            await context.abort(grpc.StatusCode.UNAVAILABLE, self.refusal)
        try:
            yield
        finally:
            self.leave()

    @property
    def refusal(self) -> str:
        """The error message of a call above the limit."""
        return f"more than {self._most} {self._what} are open; try again"

    def enter(self) -> bool:
        """Counts one call; False above the limit."""
        if self._open >= self._most:
            return False
        self._open += 1
        return True

    def leave(self) -> None:
        """The call has ended."""
        self._open -= 1
