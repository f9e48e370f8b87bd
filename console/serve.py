"""Serves the application over HTTP until the process is interrupted."""

from __future__ import annotations

import contextlib
import socket

import uvicorn
from starlette.applications import Starlette

from transforms.errors import LookbookError

MAX_REQUESTS_AT_ONCE = 64
_KEEP_ALIVE_S = 5
_GRACE_S = 5
_MAX_HEAD_BYTES = 32 * 1024


def listen(host: str, port: int) -> socket.socket:
    """Binds the port.

    Args:
        host: address to listen on.
        port: port; 0 for any free one.

    Raises:
        LookbookError: the address is wrong or taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise LookbookError(
            f"--host and --port must be a free address of this machine. Received: {host} and {port} ({error.strerror});"
            " give another --port, 0 for any"
        ) from error


def serve(app: Starlette, listening: socket.socket) -> None:
    """Serves until SIGINT or SIGTERM.

    Args:
        app: the application.
        listening: from `listen`.
    """
    config = uvicorn.Config(
        app,
        log_level="warning",
        server_header=False,
        limit_concurrency=MAX_REQUESTS_AT_ONCE,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
        h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        http="h11",
        ws="none",
        proxy_headers=False,
    )
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn sends itself the signal again after its end
        uvicorn.Server(config).run(sockets=[listening])
