"""A handle on a process that is not a child of this one: checks whether it has ended, and kills it.

A handle always refers to the same process. The system may reuse a process id after the process has ended.
"""

from __future__ import annotations

import contextlib
import os
import signal

from serving.server.readable import wait_readable


class ProcessHandle:
    """A handle on a running process.

    Args:
        pid: process id of a running process.

    Raises:
        ProcessLookupError: the process has ended.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)

    def wait(self, timeout_s: float) -> bool:
        """Waits for the end of the process; False on timeout."""
        return wait_readable(self._descriptor, timeout_s)

    def kill(self) -> None:
        """Sends SIGKILL, which a stopped process cannot ignore either."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)

    def end(self, grace_s: float) -> None:
        """Waits for the end of the process, and kills it after `grace_s`."""
        if not self.wait(grace_s):
            self.kill()

    def __del__(self) -> None:
        with contextlib.suppress(AttributeError, OSError):
            os.close(self._descriptor)
