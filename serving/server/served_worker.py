"""The front's side of a worker: sends requests and heartbeats to its process, and ends the process."""

from __future__ import annotations

import asyncio
import collections
import logging
import socket
import threading
import time
from collections.abc import Callable

import grpc

from serving.errors import StatusError, code_of
from serving.server.event_loop import event_loop
from serving.server.process_handle import ProcessHandle
from serving.server.readable import wait_readable
from serving.server.worker import PING
from serving.server.worker_connection import WorkerConnection

KILL_AFTER_S = 5.0  # time that a worker has to end after its sockets were closed, before SIGKILL
_SLACK_S = 0.25  # the worker reports a passed deadline itself; waiting for its answer keeps the connection usable
# The heartbeat timeout is split into slices, all of which must pass without an answer. So a delay of the front itself
# does not count as a missing answer.
_SLICES = 10

_log = logging.getLogger(__name__)


class WorkerEndedError(Exception):
    """The process ended, or hung and was killed, before it answered; the request can be retried.

    Attributes:
        sent: whether the process may have received the request.
    """

    def __init__(self, *, sent: bool) -> None:
        super().__init__("the process serving this version ended; it is being restarted")
        self.sent = sent


class Worker:
    """A loaded version in its process.

    Attributes:
        pid: process id.
        load_s: seconds that loading and warm-up took.
        warmup_records: number of warm-up requests.
        signatures: serialised SignatureDefMap.
    """

    def __init__(
        self, control: socket.socket, process: ProcessHandle, load_s: float, warmup_records: int, signatures: bytes
    ) -> None:
        self.pid, self.load_s, self.warmup_records, self.signatures = process.pid, load_s, warmup_records, signatures
        self._control, self._process = control, process
        self._control.setblocking(False)
        self._idle: collections.deque[WorkerConnection] = collections.deque()  # used only in the event loop
        self._state = threading.Condition()
        self._in_flight = 0
        self._closing = self._lost = False

    @property
    def alive(self) -> bool:
        """Whether the process is running and answers heartbeats."""
        if self._lost or self._closing:
            return False
        return not self._process.wait(0)

    def watch(self, timeout_s: float, lost: Callable[[], None]) -> None:
        """Sends heartbeats from a thread; kills the process if it does not answer.

        A dedicated thread of the worker answers them. They detect a process that was stopped, was swapped out or holds
        Python's lock. They do not detect a run of the graph that does not end; its deadline limits that.

        Args:
            timeout_s: time without an answer after which the process is killed.
            lost: called once when the process has ended or was killed, unless it was closed.
        """
        threading.Thread(target=self._watch, args=(timeout_s, lost), name="heartbeat", daemon=True).start()

    def lease(self) -> bool:
        """Keeps the worker open for a request until `release`; False if it is already closing."""
        with self._state:
            self._in_flight += not self._closing
            return not self._closing

    def release(self) -> None:
        """Ends the lease of a request."""
        with self._state:
            self._in_flight -= 1
            if self._closing:
                self._state.notify_all()

    async def predict(self, request: bytes, deadline_s: float, ended: Callable[[], None]) -> bytes:
        """Returns the serialised PredictResponse to a serialised PredictRequest; runs in the front's event loop.

        Args:
            request: passed on without parsing.
            deadline_s: deadline on the clock `time.monotonic()`.
            ended: called when the worker is done with the request, which may be after the caller cancelled.

        Raises:
            StatusError: the worker's own status; DEADLINE_EXCEEDED.
            WorkerEndedError: the process has ended.
        """
        connection = None
        while self._idle and (connection is None or not connection.usable):
            connection = self._idle.pop()
        try:
            if connection is None or not connection.usable:
                connection = await self._connect()
        except BaseException as error:
            ended()
            if isinstance(error, OSError):
                raise WorkerEndedError(sent=False) from error
            raise
        give_up_s = max(deadline_s - time.monotonic(), 0.0) + _SLACK_S
        try:
            status, payload = await connection.ask(request, deadline_s, give_up_s, ended)
        except TimeoutError as error:
            raise StatusError(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded") from error
        except ConnectionError as error:
            raise WorkerEndedError(sent=True) from error
        if connection.usable:
            self._idle.append(connection)
        if status:
            raise StatusError(code_of(status), payload.decode(errors="replace"))
        return payload

    def close(self, grace_s: float) -> None:
        """Ends the process once no request is in flight, or after `grace_s`; kills it if it does not end."""
        with self._state:
            self._closing = True
            if not self._lost:
                self._state.wait_for(lambda: self._in_flight == 0, timeout=grace_s)
        if self._lost:
            self._process.kill()
        self._control.close()
        event_loop().call_soon_threadsafe(self._close_idle)
        self._process.end(0.0 if self._lost else KILL_AFTER_S)

    async def _connect(self) -> WorkerConnection:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._control, [b"c"], [theirs.fileno()])
            ours.setblocking(False)
            _, connection = await asyncio.get_running_loop().create_connection(WorkerConnection, sock=ours)
        except OSError:
            ours.close()
            raise
        return connection

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _watch(self, timeout_s: float, lost: Callable[[], None]) -> None:
        silent_slices = 0
        while not self._closing:
            try:
                if silent_slices == 0:
                    self._control.send(PING)
                readable = wait_readable(self._control, timeout_s / _SLICES)
                if readable and not self._control.recv(4096):
                    break
            except (OSError, ValueError):  # the process ended or was closed
                break
            silent_slices = 0 if readable else silent_slices + 1
            if silent_slices >= _SLICES:
                _log.error("process %d did not answer heartbeats for %g s; killing it", self.pid, timeout_s)
                break
            if readable:
                self._process.wait(timeout_s / _SLICES)
        if self._closing:
            return
        self._lost = True
        self._process.kill()
        lost()
