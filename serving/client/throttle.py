"""Limits retries while most requests fail, so that clients do not keep a failing server from recovering.

The algorithm is gRPC's retryThrottling (proposal A6): a failure takes one token, an answer returns part of a token, and
retries stop while at most half of the tokens are left.
"""

from __future__ import annotations

import threading

MAX_TOKENS = 100.0  # 50 failures without an answer between them
TOKEN_RATIO = 0.5


class RetryThrottle:
    """Tokens shared by all requests of a client."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens = MAX_TOKENS

    def answered(self) -> None:
        """Counts an answer."""
        with self._lock:
            self._tokens = min(MAX_TOKENS, self._tokens + TOKEN_RATIO)

    def failed(self) -> bool:
        """Counts a failure; returns whether a retry is allowed."""
        with self._lock:
            self._tokens = max(0.0, self._tokens - 1)
            return self._tokens > MAX_TOKENS / 2
