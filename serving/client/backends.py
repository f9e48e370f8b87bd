"""The servers of a client: one channel for each address, used in turn; avoids servers that fail for a while.

gRPC's round_robin does not know which server left a request unanswered: a frozen process keeps its connection open, and
keepalive takes longer to detect it than the deadline of a request. So the client keeps the channels itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection

import grpc

from serving import wire
from serving.client.channel import ClientConfig, open_channel
from serving.client.target import Address, Target

RESOLVE_INTERVAL_S = 30.0  # interval between name resolutions
RESOLVE_AFTER_FAILURE_S = 1.0  # after UNAVAILABLE, because servers may have been replaced
UNANSWERED_AVOID_S = 5.0  # how long the client avoids a server that left a request unanswered


class Backend:
    """One server and the history of its answers.

    Attributes:
        address: address of the server.
        avoid_until_s: time (`time.monotonic()`) before which it is used only if no other server can be.
        failures: number of UNAVAILABLE results since its last answer.
    """

    def __init__(self, address: Address, config: ClientConfig) -> None:
        self.address, self._config = address, config
        self.avoid_until_s, self.failures = 0.0, 0
        self.connect()

    def connect(self) -> grpc.Channel | None:
        """Opens a new connection for future requests; returns the replaced channel."""
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
        target: target of the client.
        config: settings of the client.
    """

    def __init__(self, target: str, config: ClientConfig) -> None:
        self._target, self._config = Target(target), config
        self._lock, self._first = threading.Lock(), threading.Lock()
        self._backends: list[Backend] = []
        self._next = 0
        self._resolve_at_s = 0.0
        self._retired: list[tuple[float, grpc.Channel]] = []  # closed once their requests have ended
        self._closed = False

    def pick(self, tried: Collection[Backend] = ()) -> Backend:
        """The next server in turn; tried or avoided servers only if there is no other."""
        self._resolve_if_due()
        with self._lock:
            now_s = time.monotonic()
            at = self._next % len(self._backends)
            in_turn = self._backends[at:] + self._backends[:at]
            fresh = [backend for backend in in_turn if backend not in tried] or in_turn
            picked = min(fresh, key=lambda backend: backend.avoid_until_s if backend.avoid_until_s > now_s else 0.0)
            self._next = self._backends.index(picked) + 1
            if 0 < picked.avoid_until_s <= now_s:  # probe it with one request
                picked.avoid_until_s = now_s + self._config.hedge_after_s
            return picked

    def another(self, tried: Collection[Backend]) -> bool:
        """Whether an untried server may be used now."""
        with self._lock:
            now_s = time.monotonic()
            return any(b not in tried and b.avoid_until_s <= now_s for b in self._backends)

    def answered(self, backend: Backend) -> None:
        """Records an answer of any status."""
        backend.avoid_until_s, backend.failures = 0.0, 0

    def unavailable(self, backend: Backend) -> None:
        """Records that a server was UNAVAILABLE; avoids it for a while."""
        with self._lock:
            wait_s = min(self._config.backoff_s * 2**backend.failures, self._config.max_backoff_s)
            backend.failures += 1
            now_s = time.monotonic()
            backend.avoid_until_s = now_s + wait_s
            self._resolve_at_s = min(self._resolve_at_s, now_s + RESOLVE_AFTER_FAILURE_S)

    def unanswered(self, backend: Backend) -> bool:
        """Records that a request is overdue: avoids the server for a while and gives it a new connection.

        Returns:
            Whether this is the first overdue request in that time.
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
        threading.Thread(target=self._resolve, name="resolve", daemon=True).start()  # meanwhile uses known addresses

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
