"""Receives the request message of a call, with a timeout and a size limit that also holds for compressed messages.

A unary call is received through the streaming interface of grpc.aio, so that the server can set the timeout. A call
that sends headers and no message costs a coroutine and no thread, and ends after the timeout.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from typing import Any

import grpc

from serving.errors import StatusError

# gRPC passes compressed messages on without marking them. No uncompressed request begins with these bytes: in
# protobuf, the first is not a field and the others are a field that no request has.
_COMPRESSED = (b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_GZIP_OR_ZLIB = zlib.MAX_WBITS + 32
_SMALL = 65536  # bytes; larger messages are inflated in a thread


class Receiver:
    """Receives messages.

    Args:
        timeout_s: timeout from the headers of a call to the end of its message.
        max_bytes: limit of a message, after inflating.
    """

    def __init__(self, timeout_s: float, max_bytes: int) -> None:
        self._timeout_s, self._max_bytes = timeout_s, max_bytes

    async def receive(self, context: Any) -> bytes | None:
        """The next message of a call; None if the caller closed its side or disconnected.

        Raises:
            StatusError: RESOURCE_EXHAUSTED, or INVALID_ARGUMENT for bytes that cannot be inflated.
            grpc.aio.AbortError: the timeout has passed and the call was ended.
        """
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._timeout_s, self._expire, loop, context)
        try:
            message = await context.read()
        finally:
            timer.cancel()
        if message is grpc.aio.EOF:
            return None
        if not message.startswith(_COMPRESSED):
            return bytes(message)
        if len(message) <= _SMALL:
            return self.inflated(message)
        return await loop.run_in_executor(None, self.inflated, message)

    def inflated(self, message: bytes) -> bytes:
        """Inflates a compressed message, never beyond the limit.

        Raises:
            StatusError: RESOURCE_EXHAUSTED, or INVALID_ARGUMENT for bytes that cannot be inflated.
        """
        inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            inflated = inflater.decompress(message, self._max_bytes + 1)
        except zlib.error as error:
            raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, f"the message cannot be inflated: {error}") from error
        if len(inflated) > self._max_bytes:
            message_ = f"Received message larger than max (inflated, more than {self._max_bytes} bytes)"
            raise StatusError(grpc.StatusCode.RESOURCE_EXHAUSTED, message_)
        if not inflater.eof:
            raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, "the message cannot be inflated: it is cut short")
        return inflated

    def _expire(self, loop: asyncio.AbstractEventLoop, context: Any) -> None:
        loop.create_task(self._end(context))

    async def _end(self, context: Any) -> None:
        """Ends the call, which also ends the wait for its message."""
        with contextlib.suppress(Exception):
            message = f"no request message within {self._timeout_s:g} s of the call's beginning"
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, message)
