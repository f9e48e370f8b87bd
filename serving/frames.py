"""Frames on a local socket: 4 bytes of length, 1 byte of kind, the payload.

The front and its workers are on one machine and of one build; a frame costs two system calls,
a second gRPC hop would cost more than the model.
"""

from __future__ import annotations

import socket
import struct

MAX_BYTES = 2**31 - 1
_HEADER = struct.Struct("<IB")


def send(sock: socket.socket, kind: int, payload: bytes) -> None:
    """Sends one frame.

    Raises:
        OSError: the other side has gone; TimeoutError, after the socket's time-out.

    """
    header = _HEADER.pack(len(payload), kind)
    if len(payload) < 65536:
        sock.sendall(header + payload)
    else:
        sock.sendall(header)
        sock.sendall(payload)


def receive(sock: socket.socket) -> tuple[int, bytes]:
    """Receives one frame: its kind and payload.

    Raises:
        EOFError: the other side has gone.
        OSError: the connection broke; TimeoutError, after the socket's time-out.

    """
    length, kind = _HEADER.unpack(_read(sock, _HEADER.size))
    return kind, _read(sock, length)


def _read(sock: socket.socket, size: int) -> bytes:
    first = sock.recv(min(size, 1 << 20)) if size else b""
    if len(first) == size:
        return first
    buffer = bytearray(size)
    buffer[: len(first)] = first
    view, at = memoryview(buffer), len(first)
    got = len(first)
    while got and at < size:
        got = sock.recv_into(view[at:])
        at += got
    if at < size:
        raise EOFError("the other side closed the connection")
    return bytes(buffer)
