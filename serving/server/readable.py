"""Waits until a file descriptor can be read."""

from __future__ import annotations

import select
import socket


def wait_readable(source: socket.socket | int, timeout_s: float) -> bool:
    """Waits until there is data to read or the other side has closed; False on timeout.

    Uses poll, because select refuses descriptors of 1,024 and above, which a server with many connections has.

    Args:
        source: an open socket or descriptor.
        timeout_s: seconds to wait.

    Raises:
        ValueError: the socket is closed.
    """
    poll = select.poll()
    poll.register(source, select.POLLIN)
    return bool(poll.poll(max(0.0, timeout_s) * 1000))
