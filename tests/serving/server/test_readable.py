"""wait_readable works also in a process with more than a thousand open descriptors."""

import fcntl
import os
import resource
import socket

import pytest

from serving.server.readable import wait_readable

BEYOND_SELECT = 1500


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_received_data_can_be_read(pair):
    ours, theirs = pair
    assert not wait_readable(ours, 0)
    theirs.send(b"x")
    assert wait_readable(ours, 60)


def test_a_closed_connection_can_be_read(pair):
    ours, theirs = pair
    theirs.close()
    assert wait_readable(ours, 60)


def test_descriptors_above_the_limit_of_select_are_supported(pair):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] <= BEYOND_SELECT:
        pytest.skip(f"needs {BEYOND_SELECT} open files: ulimit -n")
    ours, theirs = pair
    high = fcntl.fcntl(ours.fileno(), fcntl.F_DUPFD, BEYOND_SELECT)
    try:
        assert not wait_readable(high, 0)
        theirs.send(b"x")
        assert wait_readable(high, 60)
    finally:
        os.close(high)


def test_a_closed_socket_is_an_error(pair):
    ours, _ = pair
    ours.close()
    with pytest.raises(ValueError, match="negative"):
        wait_readable(ours, 0)
