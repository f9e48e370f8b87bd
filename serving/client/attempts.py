"""Retries and hedges one request: on another server if one is UNAVAILABLE or silent, and again after a wait.

All attempts share one deadline. Requests may be sent twice, because no request changes anything.
"""

from __future__ import annotations

import dataclasses
import math
import random
import threading
import time
from typing import Any

import grpc

from serving.client.backends import Backend, Backends
from serving.client.channel import ClientConfig
from serving.client.throttle import RetryThrottle

_JITTER = 0.2  # share by which waits vary at random, as in gRPC
_SHARE_OF_DEADLINE = 1 / 3  # of the remaining time: latest hedging to another server
_SHORTEST_RETRY_S = 0.005


@dataclasses.dataclass
class _Attempt:
    backend: Backend
    call: Any
    sent_s: float
    overdue: bool = False


class Attempts:
    """A request in flight; sends the first attempt at once.

    Args:
        backends: servers of the client.
        throttle: retry throttle of the client.
        config: settings of the client.
        method: full name, as in `wire`.
        request: the message.
        end_s: the deadline on the clock `time.monotonic()`.
    """

    def __init__(
        self,
        backends: Backends,
        throttle: RetryThrottle,
        config: ClientConfig,
        method: str,
        request: Any,
        end_s: float,
    ) -> None:
        self._backends, self._throttle, self._config = backends, throttle, config
        self._method, self._request, self._end_s = method, request, end_s
        self._open: list[_Attempt] = []
        self._tried: list[Backend] = []
        self._woken = threading.Event()
        self._rounds = 1
        self._send()

    def result(self) -> Any:
        """Waits for the answer.

        Raises:
            grpc.RpcError: the status of the last attempt.
        """
        try:
            while True:
                attempt = self._next_done()
                self._open.remove(attempt)
                code = attempt.call.code()
                if code is grpc.StatusCode.UNAVAILABLE:
                    self._backends.unavailable(attempt.backend)
                    allowed = self._throttle.failed()
                    if allowed and self._backends.another(self._tried):  # the server of an open attempt may be frozen
                        self._send()
                        continue
                    if self._open or (allowed and self._send_again()):
                        continue
                elif code is grpc.StatusCode.DEADLINE_EXCEEDED:
                    self._backends.unanswered(attempt.backend)
                else:
                    self._backends.answered(attempt.backend)
                    self._throttle.answered()
                return attempt.call.result()  # raises the error of a failed call
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Cancels the attempts that are still in flight."""
        for attempt in self._open:
            attempt.call.cancel()

    def _next_done(self) -> _Attempt:
        while True:
            self._woken.clear()
            for attempt in self._open:
                if attempt.call.done():
                    return attempt
            wait_s = self._hedge_at_s() - time.monotonic()
            if wait_s > 0:
                self._woken.wait(None if wait_s == math.inf else wait_s)  # each attempt ends by the deadline
            else:
                self._hedge()

    def _hedge_at_s(self) -> float:
        """When the newest attempt becomes overdue; infinity if it has already been treated as overdue."""
        newest = self._open[-1]
        share_s = (self._end_s - newest.sent_s) * _SHARE_OF_DEADLINE
        return math.inf if newest.overdue else newest.sent_s + min(self._config.hedge_after_s, share_s)

    def _hedge(self) -> None:
        """Hedges: sends the request to another server or over a new connection, and waits for either answer."""
        newest = self._open[-1]
        newest.overdue = True
        first = self._backends.unanswered(newest.backend)
        if self._backends.another(self._tried) or first:
            self._send()

    def _send_again(self) -> bool:
        """Retries on an untried server at once, else on any after a wait; False if no further attempt is allowed."""
        if not self._backends.another(self._tried):
            left_s = self._end_s - time.monotonic()
            if self._rounds == self._config.max_attempts or left_s < _SHORTEST_RETRY_S:
                return False
            wait_s = min(self._config.backoff_s * 2 ** (self._rounds - 1), self._config.max_backoff_s)
            time.sleep(min(wait_s * random.uniform(1 - _JITTER, 1 + _JITTER), left_s / 2))
            self._rounds += 1
            self._tried = []
        self._send()
        return True

    def _send(self) -> None:
        now_s = time.monotonic()
        backend = self._backends.pick(self._tried)
        self._tried.append(backend)
        call = backend.methods[self._method].future(self._request, timeout=max(self._end_s - now_s, 0.001))
        self._open.append(_Attempt(backend, call, now_s))
        call.add_done_callback(lambda _: self._woken.set())
