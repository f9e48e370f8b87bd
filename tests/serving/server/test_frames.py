"""Frames are received completely, however the socket splits them."""

import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.server import frames


class Dribble:
    """A socket that returns a few bytes at a time."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self._data, self._sizes = data, sizes

    def recv(self, most: int) -> bytes:
        size = min(most, self._sizes.pop() if self._sizes else most)
        part, self._data = self._data[:size], self._data[size:]
        return part

    def recv_into(self, view: memoryview) -> int:
        part = self.recv(len(view))
        view[: len(part)] = part
        return len(part)


def frame(kind: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "little") + bytes([kind]) + payload


@given(st.integers(0, 255), st.binary(max_size=300), st.lists(st.integers(1, 40)))
def test_a_frame_received_in_pieces_is_assembled(kind, payload, sizes):
    assert frames.receive(Dribble(frame(kind, payload), sizes)) == (kind, payload)


@given(st.binary(max_size=50), st.data())
def test_an_incomplete_frame_raises_eof_error(payload, data):
    whole = frame(1, payload)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(EOFError, match="closed the connection"):
        frames.receive(Dribble(whole[:cut], []))


@pytest.mark.parametrize("size", [0, 1, 65530, 65531, 65536, 3_000_000])
def test_a_sent_frame_is_received_unchanged(size):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        sender = threading.Thread(target=frames.send, args=(ours, 3, b"x" * size))
        sender.start()
        assert frames.receive(theirs) == (3, b"x" * size)
        sender.join()
