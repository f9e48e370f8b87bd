"""Host and port to listen on: formats them, also for IPv6, and checks that a server can bind them."""

from __future__ import annotations

import errno
import socket

_MESSAGES = {
    errno.EADDRINUSE: "port must be free. Received: {0}, which is in use.",
    errno.EADDRNOTAVAIL: "host must be an address of this machine. Received: {0}.",
    errno.EACCES: "port must be one that this user may listen on. Received: {0}.",
}


def without_brackets(host: str) -> str:
    """The host without the brackets of an IPv6 address."""
    return host[1:-1] if host.startswith("[") and host.endswith("]") else host


def format_address(host: str, port: int) -> str:
    """`host:port`, with brackets around an IPv6 address."""
    host = without_brackets(host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check_free(host: str, port: int) -> None:
    """Checks that a server can listen there.

    Raises:
        OSError: the server cannot listen there; the message names the cause.
    """
    address = format_address(host, port)
    try:
        found = socket.getaddrinfo(without_brackets(host), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise OSError(f"host must be a name or an address. Received: {address}: {error}.") from error
    failures = []
    for family, kind, protocol, _, socket_address in found:
        try:
            with socket.socket(family, kind, protocol) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(socket_address)
        except OSError as error:
            failures.append(error)
    taken = [error for error in failures if error.errno == errno.EADDRINUSE]
    if taken or len(failures) == len(found):
        failure = (taken or failures)[0]
        message = _MESSAGES.get(failure.errno or 0, "host and port must be usable to listen on. Received: {0}: {1}.")
        raise OSError(message.format(address, failure.strerror)) from failure
