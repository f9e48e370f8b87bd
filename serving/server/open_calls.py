"""A limit of open calls; used only in the front's event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc


class OpenCalls:
    """Counts the open calls of a kind.

    Args:
        limit: maximum number of open calls.
        kind: kind of the calls, for the error message.
    """

    def __init__(self, limit: int, kind: str) -> None:
        self._limit, self._kind, self._open = limit, kind, 0

    @asynccontextmanager
    async def one(self, context: Any) -> AsyncIterator[None]:
        """Counts one call while the block runs; aborts it with UNAVAILABLE above the limit."""
        if not self.enter():
            await context.abort(grpc.StatusCode.UNAVAILABLE, self.refusal)
        try:
            yield
        finally:
            self.leave()

    @property
    def refusal(self) -> str:
        """The error message of a call above the limit."""
        return f"more than {self._limit} {self._kind} are open; try again"

    def enter(self) -> bool:
        """Counts one call; False above the limit."""
        if self._open >= self._limit:
            return False
        self._open += 1
        return True

    def leave(self) -> None:
        """Counts the end of a call."""
        self._open -= 1
