"""The event loop of the front, in a thread of its own: one for all servers of a process.

grpc.aio has one completion queue for a process. Loops in several threads would wake each other for nothing.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}  # by process id: a forked child has no thread for its parent's loop


def event_loop() -> asyncio.AbstractEventLoop:
    """The running loop of this process; started when first asked for."""
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            loop = asyncio.new_event_loop()
            loop.set_exception_handler(_log_unless_spurious)
            threading.Thread(target=_run, args=(loop,), name="front", daemon=True).start()
            _loops[os.getpid()] = loop
        return loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


def _log_unless_spurious(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Logs, but for what grpc.aio raises when a loop of the embedding program was quicker to take an event."""
    if isinstance(context.get("exception"), BlockingIOError) and "PollerCompletionQueue" in str(context.get("handle")):
        return
    loop.default_exception_handler(context)
