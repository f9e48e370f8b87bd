"""The load generator: requests recommendations with the query client and measures latencies, in its own process.

    python -m benchmarks.serving.load '{"target": "127.0.0.1:8500", "customers": "ids.txt", ...}'

prints the measured `Load` as one line of JSON. In a closed loop, each client sends the next request after the answer.
In an open loop, requests are due at random times with a fixed mean rate, whether or not earlier ones are answered. A
latency is measured from the due time, so that requests that wait for a stalled server count with their wait.
"""

import dataclasses
import json
import pathlib
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np

from serving.client import ClientConfig, RecommenderClient
from serving.errors import ServingError
from transforms.ids import read_ids


@dataclasses.dataclass(frozen=True, kw_only=True)
class Demand:
    """The requests to send.

    Attributes:
        target: address of the server.
        customers: file of customer ids, one in each line; requests choose them at random.
        seconds: duration.
        clients: number of threads, each with its own client; in an open loop the maximum number of requests in flight.
        batch: customers in a request.
        rate: mean number of requests a second; 0 for a closed loop.
        unknown: share of unknown customers.
        seed: seed of the customers and the times.
    """

    target: str
    customers: str
    seconds: float
    clients: int = 1
    batch: int = 1
    rate: float = 0.0
    unknown: float = 0.05
    seed: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Load:
    """The measurements.

    Attributes:
        requests: number of answered requests.
        failures: number of failed requests by error.
        seconds: time from the first request to the last answer.
        latencies_s: `[requests]` latencies in the order of the answers.
        at_s: `[requests]` times of the answers (`time.monotonic()`).
        versions: versions that answered, in the order of their first answer.
        short: number of answers with fewer than 12 articles.
    """

    requests: int
    failures: dict[str, int]
    seconds: float
    latencies_s: list[float]
    at_s: list[float]
    versions: list[int]
    short: int


def measure(demand: Demand) -> Load:
    """Sends requests for `demand.seconds` from threads that share only the due times."""
    ids = read_ids(pathlib.Path(demand.customers))
    arrivals = _arrivals(demand)
    lock = threading.Lock()
    senders = [_Sender(demand, ids, number) for number in range(demand.clients)]
    for sender in senders:
        sender.send()  # warms up connections and code; not measured
    start_s = time.monotonic()
    threads = [threading.Thread(target=sender.run, args=(start_s, arrivals, lock)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - start_s
    answered = sorted(answer for sender in senders for answer in sender.answers)
    failures = [failure for sender in senders for failure in sender.failures]
    return Load(
        requests=len(answered),
        failures={name: failures.count(name) for name in set(failures)},
        seconds=seconds,
        latencies_s=[latency_s for _, latency_s, _, _ in answered],
        at_s=[at_s for at_s, *_ in answered],
        versions=list(dict.fromkeys(version for *_, version, _ in answered)),
        short=sum(short for *_, short in answered),
    )


class _Sender:
    def __init__(self, demand: Demand, ids: list[str], number: int):
        self._demand, self._ids = demand, ids
        self._draw = np.random.default_rng([demand.seed, number])
        self._client = RecommenderClient(demand.target, ClientConfig(deadline_s=30, batch_size=demand.batch))
        self.answers: list[tuple[float, float, int, int]] = []
        self.failures: list[str] = []

    def run(self, start_s: float, arrivals: Iterator[float] | None, lock: threading.Lock) -> None:
        end_s = start_s + self._demand.seconds
        while True:
            if arrivals is None:
                due_s = time.monotonic()
            else:
                with lock:
                    due_s = start_s + next(arrivals)
                if due_s < end_s:
                    time.sleep(max(0.0, due_s - time.monotonic()))
            if due_s >= end_s:
                return
            try:
                version, short = self.send()
            except ServingError as error:
                self.failures.append(str(error)[:200])
                continue
            now_s = time.monotonic()
            self.answers.append((now_s, now_s - due_s, version, short))

    def send(self) -> tuple[int, int]:
        """Sends one request; returns the answering version and the number of answers with fewer than 12 articles."""
        chosen = self._draw.integers(0, len(self._ids), self._demand.batch)
        known = self._draw.random(self._demand.batch) >= self._demand.unknown
        customers = [self._ids[i] if is_known else f"unknown {i}" for i, is_known in zip(chosen, known, strict=True)]
        answers = self._client.recommend_default(customers)
        return answers[0].model_version, sum(len(answer.articles) < 12 for answer in answers)


def _arrivals(demand: Demand) -> Iterator[float] | None:
    """Due times of requests in seconds from the start, a Poisson process; None in a closed loop."""
    if not demand.rate:
        return None
    draw = np.random.default_rng([demand.seed, 2**31])

    def times() -> Iterator[float]:
        at_s = 0.0
        while True:
            at_s += draw.exponential(1 / demand.rate)
            yield at_s

    return times()


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(measure(Demand(**json.loads(sys.argv[1]))))))
