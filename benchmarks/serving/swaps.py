"""Measures swaps under load: a new version every ten seconds, after which the old one is dropped."""

import time
from typing import Any

from benchmarks.serving.base_path import base_path, push, remove
from benchmarks.serving.load import Demand
from benchmarks.serving.processes import Server, latencies, load_generator, read_load, serving
from benchmarks.serving.shop import Shop
from components.model_files import CUSTOMER_IDS
from serving.client import ClientConfig, RecommenderClient

SWAPS, EVERY_S = 20, 10.0
RATE = 50.0
_SLACK = 1.5
_LOADED_WITHIN_S = 60.0


def measure(shop: Shop, swap_count: int = SWAPS, every_s: float = EVERY_S) -> dict[str, Any]:
    """Swaps versions under an open load; returns figures of requests during swaps and of the others.

    A swap lasts from the push to the end of the old version's process. If swaps take longer than `every_s`, the next
    one starts at once. If they take more than 1.5 times as long, fewer swaps fit into the time.

    Args:
        shop: shop with the models.
        swap_count: number of swaps.
        every_s: seconds from the start of a swap to the start of the next.
    """
    base = base_path(shop, "scann")
    customers = str(shop.model("exact") / CUSTOMER_IDS)
    with serving(base) as server, RecommenderClient(server.target, ClientConfig(deadline_s=30)) as client:
        seconds = (swap_count + 0.5) * every_s * _SLACK
        demand = Demand(target=server.target, customers=customers, seconds=seconds, clients=64, rate=RATE)
        swapped: list[tuple[float, float]] = []
        memory_mib = [server.memory_mib()]
        with load_generator(demand) as generator:
            start_s = time.monotonic()
            for number in range(2, swap_count + 2):
                time.sleep(max(0.0, start_s + (number - 1) * every_s - time.monotonic()))
                if time.monotonic() > start_s + swap_count * every_s * _SLACK:
                    break
                swapped.append(_swap(shop, server, client, base, number))
                memory_mib.append(server.memory_mib())
            load = read_load(generator)
    during, apart = [], []
    for at_s, latency_s in zip(load.at_s, load.latencies_s, strict=True):
        inside = any(begin_s <= at_s and at_s - latency_s <= end_s for begin_s, end_s in swapped)
        (during if inside else apart).append(latency_s)
    return {
        "swaps": len(swapped),
        "requests": load.requests,
        "failures": load.failures,
        "failed": sum(load.failures.values()),
        "versions_that_answered": len(load.versions),
        "swap_s": sorted(end_s - begin_s for begin_s, end_s in swapped)[len(swapped) // 2],
        "during": {"requests": len(during), **latencies(during)},
        "apart": {"requests": len(apart), **latencies(apart)},
        "memory_mib": memory_mib,
        "memory_ratio": memory_mib[-1] / memory_mib[min(2, len(swapped))],
    }


def _swap(shop: Shop, server: Server, client: RecommenderClient, base: Any, number: int) -> tuple[float, float]:
    """Pushes a version and waits until only it serves; returns start and end (`time.monotonic()`)."""
    begin_s = time.monotonic()
    processes = set(server.workers())
    push(shop, "scann", base, number)
    while True:
        states = {status.version: status.state for status in client.model_status()}
        if states.get(number) == "AVAILABLE" and states.get(number - 1) == "END" and not processes & server.workers():
            break
        if time.monotonic() - begin_s > _LOADED_WITHIN_S:
            raise RuntimeError(f"version {number} must serve within {_LOADED_WITHIN_S:g} s. Received: {states}.")
        time.sleep(0.05)
    end_s = time.monotonic()
    remove(base / str(number - 1))
    return begin_s, end_s
