"""The servers that a client asks: one channel for each address, taken in turn, those that fail left out for a while.

gRPC's own round_robin does not know which server left a request unanswered: a frozen process keeps its connection open,
and keepalive takes longer to notice than a request may wait. So the client keeps the channels itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection

import grpc

from serving import wire
from serving.channel import ClientConfig, open_channel
from serving.target import Address, Target

RESOLVE_INTERVAL_S = 30.0  # between two resolutions of names
RESOLVE_AFTER_FAILURE_S = 1.0  # the same, when a server was UNAVAILABLE: others may have taken its place
UNANSWERED_AVOID_S = 5.0  # how long a server that left a request unanswered is not asked


class Backend:
    """One server, and how it has answered.

    Attributes:
        address: of the server.
        avoid_until_s: by `time.monotonic()`; it is not asked before, if another can be.
        failures: times it was UNAVAILABLE since it last answered.

    """

    def __init__(self, address: Address, config: ClientConfig) -> None:
        self.address, self._config = address, config
        self.avoid_until_s, self.failures = 0.0, 0
        self.connect()

    def connect(self) -> grpc.Channel | None:
        """Opens a new connection for what is asked from now on; returns the channel that it replaces."""
        old: grpc.Channel | None = getattr(self, "channel", None)
        self.channel = open_channel(self.address, self._config)
        self.methods = {
            wire.PREDICT_METHOD: self.channel.unary_unary(
                wire.PREDICT_METHOD, wire.PredictRequest.SerializeToString, wire.PredictResponse.FromString
            ),
            wire.STATUS_METHOD: self.channel.unary_unary(
                wire.STATUS_METHOD,
                wire.GetModelStatusRequest.SerializeToString,
                wire.GetModelStatusResponse.FromString,
            ),
        }
        return old


class Backends:
    """All servers of a target. Threads may share it.

    Args:
        target: as of `Target`.
        config: of the client.

    """

    def __init__(self, target: str, config: ClientConfig) -> None:
        self._target, self._config = Target(target), config
        self._lock, self._first = threading.Lock(), threading.Lock()
        self._backends: list[Backend] = []
        self._next = 0
        self._resolve_at_s = 0.0
        self._retired: list[tuple[float, grpc.Channel]] = []  # closed when all that was asked over them has ended
        self._closed = False

    def pick(self, tried: Collection[Backend] = ()) -> Backend:
        """The server to ask next, in turn; one that was tried or is avoided only if there is no other."""
        self._resolve_if_due()
        with self._lock:
            now_s = time.monotonic()
            at = self._next % len(self._backends)
            in_turn = self._backends[at:] + self._backends[:at]
            fresh = [backend for backend in in_turn if backend not in tried] or in_turn
            picked = min(fresh, key=lambda backend: backend.avoid_until_s if backend.avoid_until_s > now_s else 0.0)
            self._next = self._backends.index(picked) + 1
            if 0 < picked.avoid_until_s <= now_s:  # let one request find out whether it answers again
                picked.avoid_until_s = now_s + self._config.hedge_after_s
            return picked

    def another(self, tried: Collection[Backend]) -> bool:
        """Whether a server that was not tried may be asked now."""
        with self._lock:
            now_s = time.monotonic()
            return any(b not in tried and b.avoid_until_s <= now_s for b in self._backends)

    def answered(self, backend: Backend) -> None:
        """Notes an answer, whatever it says."""
        backend.avoid_until_s, backend.failures = 0.0, 0

    def unavailable(self, backend: Backend) -> None:
        """Notes that a server could not be reached, or refused: others are asked first for a while."""
        with self._lock:
            wait_s = min(self._config.backoff_s * 2**backend.failures, self._config.max_backoff_s)
            backend.failures += 1
            now_s = time.monotonic()
            backend.avoid_until_s = now_s + wait_s
            self._resolve_at_s = min(self._resolve_at_s, now_s + RESOLVE_AFTER_FAILURE_S)

    def unanswered(self, backend: Backend) -> bool:
        """Notes that a request is overdue: others are asked first for a while, and this one by a new connection.

        Returns:
            Whether the request is the first overdue one in this time.

        """
        with self._lock:
            now_s = time.monotonic()
            if backend.avoid_until_s > now_s + self._config.hedge_after_s or self._closed:
                return False
            backend.avoid_until_s = now_s + max(UNANSWERED_AVOID_S, 2 * self._config.hedge_after_s)
            self._retire(backend.connect())
            return True

    def close(self) -> None:
        """Closes all connections."""
        with self._lock:
            self._closed = True
            for channel in [backend.channel for backend in self._backends] + [channel for _, channel in self._retired]:
                channel.close()
            self._retired = []

    def _resolve_if_due(self) -> None:
        if not self._backends:
            with self._first:
                if not self._backends:
                    self._resolve_first()
        with self._lock:
            now_s = time.monotonic()
            if now_s < self._resolve_at_s or not self._target.has_names:
                return
            self._resolve_at_s = now_s + RESOLVE_INTERVAL_S
        threading.Thread(target=self._resolve, name="resolve", daemon=True).start()  # what is known is asked meanwhile

    def _resolve_first(self) -> None:
        if self._target.has_names:
            self._resolve_at_s = time.monotonic() + RESOLVE_INTERVAL_S
            thread = threading.Thread(target=self._resolve, name="resolve", daemon=True)
            thread.start()
            thread.join(self._config.deadline_s / 2)
        with self._lock:
            if not self._backends:
                self._take_up(self._target.unresolved())

    def _resolve(self) -> None:
        addresses = self._target.resolve()
        with self._lock:
            if not self._closed and all(address.resolved for address in addresses):
                self._take_up(addresses)

    def _take_up(self, addresses: list[Address]) -> None:
        known = {backend.address: backend for backend in self._backends}
        self._backends = [known.get(address) or Backend(address, self._config) for address in addresses]
        for backend in set(known.values()) - set(self._backends):
            self._retire(backend.channel)

    def _retire(self, channel: grpc.Channel | None) -> None:
        now_s = time.monotonic()
        for end_s, old in self._retired:
            if end_s < now_s:
                old.close()
        self._retired = [(end_s, old) for end_s, old in self._retired if end_s >= now_s]
        if channel is not None:
            self._retired.append((now_s + self._config.deadline_s, channel))
