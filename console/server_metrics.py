"""Requests, latency and errors of the model server, from its Prometheus metrics over HTTP."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import itertools
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping

from prometheus_client.parser import text_string_to_metric_families

_REQUESTS, _LATENCY = "lookbook_serving_requests_total", "lookbook_serving_latency_seconds_bucket"
_METHOD = "Predict"
_OK = "OK"
_TIMEOUT_S = 1.0
_MAX_BYTES = 4 * 1024 * 1024
_WINDOW_S, _EVERY_S = 300.0, 10.0


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Counters of predictions since the start of the server.

    Attributes:
        time_s: time of the reading.
        requests: number of requests by gRPC code.
        within: number of requests by upper bound of their latency in seconds; the last bound is infinite.
    """

    time_s: float
    requests: Mapping[str, float]
    within: Mapping[float, float]


@dataclasses.dataclass(frozen=True)
class ServerLoad:
    """Predictions of the server between two readings.

    Attributes:
        seconds: time between the readings; None for all requests since the start of the server.
        requests: number of requests.
        errors: those that failed, by gRPC code, most frequent first.
        p50_s: median latency in seconds; None without requests.
        p95_s: 95th percentile.
        p99_s: 99th percentile.
    """

    seconds: float | None
    requests: int
    errors: Mapping[str, int]
    p50_s: float | None
    p95_s: float | None
    p99_s: float | None

    @property
    def per_second(self) -> float | None:
        """Requests per second; None without a duration."""
        return self.requests / self.seconds if self.seconds else None

    @property
    def error_share(self) -> float | None:
        """Share of the requests that failed; None without requests."""
        return sum(self.errors.values()) / self.requests if self.requests else None


class ServerMetrics:
    """Reads the metrics of one server, and remembers the readings of the last five minutes.

    Args:
        address: returns `host:port` of the metrics, or None while there is none.
        waiting: returns what to say without an address.
        read: returns the text at an address; for tests.
        clock: returns the time in seconds; for tests.
    """

    def __init__(
        self,
        address: Callable[[], str | None],
        *,
        waiting: Callable[[], str],
        read: Callable[[str], str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address, self._waiting, self._read, self._clock = address, waiting, read or _read_text, clock
        self._lock = threading.Lock()
        self._past: deque[Snapshot] = deque()
        self._stop = threading.Event()

    def now(self) -> tuple[ServerLoad | None, str]:
        """The load since the oldest reading of the last five minutes, or the reason why there is none.

        If there is no older reading, it is that since the start of the server.
        """
        address = self._address()
        if address is None:
            return None, self._waiting()
        try:
            text = self._read(address)
            last = parse(text, self._clock())
        except (OSError, ValueError, http.client.HTTPException):
            return None, f"No metrics of the model server at {address}. Check the address of --metrics."
        with self._lock:
            while self._past and (last.time_s - self._past[0].time_s > _WINDOW_S or _is_restarted(self._past[0], last)):
                self._past.popleft()
            first = self._past[0] if self._past else None
            self._past.append(last)
        return load_between(first, last), ""

    def start(self) -> None:
        """Reads the metrics every ten seconds in a thread, until `stop`."""
        threading.Thread(target=self._read_again_and_again, name="metrics", daemon=True).start()

    def stop(self) -> None:
        """Ends the thread of `start`."""
        self._stop.set()

    def _read_again_and_again(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self.now()


def parse(text: str, time_s: float) -> Snapshot:
    """Reads Prometheus' text format.

    Args:
        text: the metrics.
        time_s: time of the reading.

    Raises:
        ValueError: the text has another format.
    """
    requests: dict[str, float] = {}
    within: dict[float, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.labels.get("method") != _METHOD:
                continue
            if sample.name == _REQUESTS:
                code = sample.labels["code"]
                requests[code] = requests.get(code, 0.0) + sample.value
            elif sample.name == _LATENCY:
                bound = float(sample.labels["le"])
                within[bound] = within.get(bound, 0.0) + sample.value
    return Snapshot(time_s, requests, dict(sorted(within.items())))


def load_between(first: Snapshot | None, last: Snapshot) -> ServerLoad:
    """The load between two readings.

    Args:
        first: the earlier one; None for the start of the server.
        last: the later one.
    """
    before = first or Snapshot(last.time_s, {}, {})
    counts = {code: round(value - before.requests.get(code, 0.0)) for code, value in last.requests.items()}
    within = {bound: value - before.within.get(bound, 0.0) for bound, value in last.within.items()}
    errors = sorted(((code, n) for code, n in counts.items() if code != _OK and n), key=lambda each: -each[1])
    return ServerLoad(
        seconds=None if first is None else last.time_s - first.time_s,
        requests=sum(counts.values()),
        errors=dict(errors),
        p50_s=quantile(within, 0.5),
        p95_s=quantile(within, 0.95),
        p99_s=quantile(within, 0.99),
    )


def quantile(within: Mapping[float, float], share: float) -> float | None:
    """A quantile of a histogram, interpolated inside its bucket; None without observations.

    The rule is Prometheus' `histogram_quantile`: an observation in the last, unbounded bucket counts as the largest
    finite bound.

    >>> quantile({0.01: 50, 0.02: 100, math.inf: 100}, 0.75)
    0.015

    Args:
        within: number of observations up to each bound, by ascending bound; the last is infinite.
        share: the quantile, from 0 to 1.
    """
    bounds = [0.0, *within]
    counts = [0.0, *within.values()]
    if not counts[-1]:
        return None
    rank = share * counts[-1]
    for (low, high), (below, up_to) in zip(itertools.pairwise(bounds), itertools.pairwise(counts), strict=True):
        if up_to >= rank:
            return low if math.isinf(high) else low + (high - low) * (rank - below) / max(up_to - below, 1e-12)
    return bounds[-2]


def _is_restarted(first: Snapshot, last: Snapshot) -> bool:
    """Whether a counter fell: the server was started again, or dropped the series of a version."""
    return any(value > last.requests.get(code, 0.0) for code, value in first.requests.items())


def _read_text(address: str) -> str:
    connection = http.client.HTTPConnection(address, timeout=_TIMEOUT_S)
    with contextlib.closing(connection):
        connection.request("GET", "/metrics")
        return connection.getresponse().read(_MAX_BYTES).decode("utf-8")
