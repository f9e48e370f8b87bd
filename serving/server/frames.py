"""Frames on a local socket: 4 bytes of length, 1 byte of kind, the payload.

The front and its workers are on one machine and of one build; a frame costs two system calls,
a second gRPC hop would cost more than the model.
"""

from __future__ import annotations

import socket
import struct

_CHUNK = 65536
GONE = "the other side closed the connection"
_HEADER = struct.Struct("<IB")


def packed(kind: int, payload: bytes) -> bytes:
    """One frame as bytes."""
    return _HEADER.pack(len(payload), kind) + payload


def unpacked(received: bytearray) -> tuple[int, bytes] | None:
    """Kind and payload of the frame received so far; None while some of it is missing."""
    if len(received) < _HEADER.size:
        return None
    length, kind = _HEADER.unpack_from(received)
    if len(received) < _HEADER.size + length:
        return None
    return kind, bytes(memoryview(received)[_HEADER.size : _HEADER.size + length])


def send(sock: socket.socket, kind: int, payload: bytes) -> None:
    """Sends one frame.

    Raises:
        OSError: the other side has gone; TimeoutError, after the socket's time-out.

    """
    header = _HEADER.pack(len(payload), kind)
    if len(payload) < _CHUNK:
        sock.sendall(header + payload)
    else:
        sock.sendall(header)
        sock.sendall(payload)


def receive(sock: socket.socket) -> tuple[int, bytes]:
    """Receives one frame, kind and payload; the other side must wait for an answer before sending another.

    Raises:
        EOFError: the other side closed the connection.
        OSError: the connection broke; TimeoutError, after the socket's time-out.

    """
    chunk = sock.recv(_CHUNK)  # nearly always the whole frame
    while len(_some(chunk)) < _HEADER.size:
        chunk += _some(sock.recv(_HEADER.size - len(chunk)))
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
            raise EOFError(GONE)
        at += got
    return kind, bytes(payload)


def receive_exactly(sock: socket.socket) -> tuple[int, bytes]:
    """Receives one frame, kind and payload, and leaves the bytes after it unread.

    Raises:
        EOFError: the other side closed the connection.
        OSError: the connection broke.

    """
    length, kind = _HEADER.unpack(_exactly(sock, _HEADER.size))
    return kind, _exactly(sock, length)


def _exactly(sock: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        data += _some(sock.recv(size - len(data)))
    return bytes(data)


def _some(chunk: bytes) -> bytes:
    if not chunk:
        raise EOFError(GONE)
    return chunk
