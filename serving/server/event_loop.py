"""The event loop of the front in its own thread, shared by all servers of a process.

grpc.aio has one completion queue for each process, so loops in several threads would wake each other needlessly.
"""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}  # by process id: a forked child lacks the thread of its parent's loop


def event_loop() -> asyncio.AbstractEventLoop:
    """Returns the running loop of this process; starts it at the first call."""
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
    """Logs errors except those that grpc.aio raises when another loop of the program took its event."""
    if isinstance(context.get("exception"), BlockingIOError) and "PollerCompletionQueue" in str(context.get("handle")):
        return
    loop.default_exception_handler(context)
