"""Waits until a file descriptor can be read."""

from __future__ import annotations

import select
import socket


def wait_readable(source: socket.socket | int, timeout_s: float) -> bool:
    """Waits until there is something to read, or the other side has gone; False at the time-out.

    By poll: select refuses descriptors of 1,024 and above, which a server with as many connections hands out.

    Args:
        source: a socket or a descriptor, open.
        timeout_s: seconds to wait.

    Raises:
        ValueError: the socket is closed.

    """
    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(max(0.0, timeout_s) * 1000))
