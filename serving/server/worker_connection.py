"""One connection to a worker, in the front's event loop; carries one request at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from serving.server import frames
from serving.server.worker import DEADLINE, PREDICT


class WorkerConnection(asyncio.Protocol):
    """Sends and receives frames over a connected socket.

    Attributes:
        usable: whether another request may be sent.
    """

    def __init__(self) -> None:
        self.usable = True
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._ended: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def ask(
        self, request: bytes, deadline_s: float, give_up_s: float, ended: Callable[[], None]
    ) -> tuple[int, bytes]:
        """Sends a request and returns the status number and payload of the answer.

        If the caller cancels, the worker is notified and drops the request if it has not started it.

        Args:
            request: serialised PredictRequest.
            deadline_s: deadline for the worker, on the clock `time.monotonic()`.
            give_up_s: seconds after which the connection is closed.
            ended: called once when the worker is done with the request, which may be after the caller cancelled.

        Raises:
            TimeoutError: no answer within `give_up_s`.
            ConnectionError: the worker has closed the connection.
        """
        loop = asyncio.get_running_loop()
        self._answer, self._ended = loop.create_future(), ended
        if self._transport is None or self._transport.is_closing():
            self._finish(ConnectionResetError(frames.CLOSED))
        else:
            self._timer = loop.call_later(give_up_s, self._give_up)
            self._transport.write(frames.packed(PREDICT, DEADLINE.pack(deadline_s) + request))
        try:
            return await self._answer
        except asyncio.CancelledError:
            self.usable = False
            if self._ended is not None and self._transport is not None:
                self._transport.write_eof()
            raise

    def close(self) -> None:
        """Closes the connection; a request in flight fails."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._received += data
        frame = frames.unpacked(self._received)
        if frame is not None:
            self._received.clear()
            self._finish(frame)
            if not self.usable:
                self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.usable = False
        self._finish(exc if isinstance(exc, ConnectionError) else ConnectionResetError(frames.CLOSED))

    def _give_up(self) -> None:
        self.usable = False
        self._finish(TimeoutError())
        self.close()  # otherwise its late answer would be read as the answer to the next request

    def _finish(self, result: tuple[int, bytes] | Exception) -> None:
        if self._timer is not None:
            self._timer.cancel()
        ended, self._ended, answer = self._ended, None, self._answer
        if answer is not None and not answer.done():
            if isinstance(result, Exception):
                answer.set_exception(result)
            else:
                answer.set_result(result)
        if ended is not None:
            ended()
