"""Frames on a local socket: 4 bytes with the length of the payload, 1 byte with its kind, the payload.

Front and workers run on one machine and with the same code. A frame takes two system calls; a second gRPC hop would
take longer than the model.
"""

from __future__ import annotations

import socket
import struct

_CHUNK = 65536
CLOSED = "the other side closed the connection"
_HEADER = struct.Struct("<IB")


def packed(kind: int, payload: bytes) -> bytes:
    """Encodes one frame."""
    return _HEADER.pack(len(payload), kind) + payload


def unpacked(received: bytearray) -> tuple[int, bytes] | None:
    """Decodes one frame into kind and payload; None if bytes are missing."""
    if len(received) < _HEADER.size:
        return None
    length, kind = _HEADER.unpack_from(received)
    if len(received) < _HEADER.size + length:
        return None
    return kind, bytes(memoryview(received)[_HEADER.size : _HEADER.size + length])


def send(sock: socket.socket, kind: int, payload: bytes) -> None:
    """Sends one frame.

    Args:
        sock: the connection.
        kind: number of the frame's kind.
        payload: its content.

    Raises:
        OSError: the other side has closed the connection; TimeoutError after the socket's timeout.
    """
    header = _HEADER.pack(len(payload), kind)
    if len(payload) < _CHUNK:
        sock.sendall(header + payload)
    else:
        sock.sendall(header)
        sock.sendall(payload)


def receive(sock: socket.socket) -> tuple[int, bytes]:
    """Receives one frame as kind and payload; the other side must not send another before it is answered.

    Raises:
        EOFError: the other side closed the connection.
        OSError: the connection broke; TimeoutError after the socket's timeout.
    """
    chunk = sock.recv(_CHUNK)  # usually the whole frame
    while len(_not_empty(chunk)) < _HEADER.size:
        chunk += _not_empty(sock.recv(_HEADER.size - len(chunk)))
    length, kind = _HEADER.unpack_from(chunk)
    if len(chunk) == _HEADER.size + length:
        return kind, chunk[_HEADER.size :]
    payload = bytearray(length)
    at = len(chunk) - _HEADER.size
    payload[:at] = chunk[_HEADER.size :]
    view = memoryview(payload)
    while at < length:
        got = sock.recv_into(view[at:])
        if not got:
            raise EOFError(CLOSED)
        at += got
    return kind, bytes(payload)


def receive_exactly(sock: socket.socket) -> tuple[int, bytes]:
    """Receives one frame as kind and payload, and leaves the bytes after it unread.

    Raises:
        EOFError: the other side closed the connection.
        OSError: the connection broke.
    """
    length, kind = _HEADER.unpack(_exactly(sock, _HEADER.size))
    return kind, _exactly(sock, length)


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        data += _not_empty(sock.recv(size - len(data)))
    return bytes(data)


def _not_empty(chunk: bytes) -> bytes:
    if not chunk:
        raise EOFError(CLOSED)
    return chunk
