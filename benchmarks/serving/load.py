"""Asks a server for recommendations and measures: a process of its own, with the query client and no TensorFlow.

    python -m benchmarks.serving.load '{"target": "127.0.0.1:8500", "customers": "ids.txt", ...}'

prints the measured `Load` as one line of JSON. Closed loop: so many clients, each asks as soon as it is answered.
Open loop: requests are due at random times of a fixed rate whether or not earlier ones are answered, and a request's
latency counts from when it was due, so that a server that stalls cannot hide what came meanwhile.
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
    """What is asked.

    Attributes:
        target: the server's address.
        customers: file of customer ids, one a line; they are asked for at random.
        seconds: how long.
        clients: threads with a client each; in an open loop the most requests on their way at once.
        batch: customers of a request.
        rate: requests a second, on average; 0 for a closed loop.
        unknown: share of the customers nobody knows.
        seed: of whom to ask for and when.
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
    """What was measured.

    Attributes:
        requests: answered.
        failures: by error; of requests that were not answered.
        seconds: from the first request to the last answer.
        latencies_s: `[requests]` in the order they were answered.
        at_s: `[requests]` when, by this machine's `time.monotonic()`.
        versions: that answered, in the order they first did.
        short: answers with fewer than 12 articles.
    """

    requests: int
    failures: dict[str, int]
    seconds: float
    latencies_s: list[float]
    at_s: list[float]
    versions: list[int]
    short: int


def measure(demand: Demand) -> Load:
    """Asks for `demand.seconds`, from threads that share nothing but the list of what is due."""
    ids = read_ids(pathlib.Path(demand.customers))
    arrivals = _arrivals(demand)
    lock = threading.Lock()
    askers = [_Asker(demand, ids, number) for number in range(demand.clients)]
    for asker in askers:
        asker.ask_once()  # connections and code are warm; not measured
    start_s = time.monotonic()
    threads = [threading.Thread(target=asker.run, args=(start_s, arrivals, lock)) for asker in askers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - start_s
    answered = sorted(answer for asker in askers for answer in asker.answers)
    failures = [failure for asker in askers for failure in asker.failures]
    return Load(
        requests=len(answered),
        failures={name: failures.count(name) for name in set(failures)},
        seconds=seconds,
        latencies_s=[latency_s for _, latency_s, _, _ in answered],
        at_s=[at_s for at_s, *_ in answered],
        versions=list(dict.fromkeys(version for *_, version, _ in answered)),
        short=sum(short for *_, short in answered),
    )


class _Asker:
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
                version, short = self.ask_once()
            except ServingError as error:
                self.failures.append(str(error)[:200])
                continue
            now_s = time.monotonic()
            self.answers.append((now_s, now_s - due_s, version, short))

    def ask_once(self) -> tuple[int, int]:
        """Version that answered, and answers shorter than they should be."""
        chosen = self._draw.integers(0, len(self._ids), self._demand.batch)
        known = self._draw.random(self._demand.batch) >= self._demand.unknown
        customers = [self._ids[i] if here else f"nobody {i}" for i, here in zip(chosen, known, strict=True)]
        answers = self._client.recommend_default(customers)
        return answers[0].model_version, sum(len(answer.articles) < 12 for answer in answers)


def _arrivals(demand: Demand) -> Iterator[float] | None:
    """Seconds from the start at which requests are due, of a Poisson process; None in a closed loop."""
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
