"""The cells of the benchmark: functions of the shop that return figures, by name."""

import dataclasses
import functools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.environment import ROOT
from benchmarks.serving import index, request_log, swaps
from benchmarks.serving.base_path import base_path
from benchmarks.serving.load import Demand
from benchmarks.serving.processes import figures, load_generator, read_load, serving
from benchmarks.serving.shop import ARTICLES, KINDS, Shop
from components.model_files import CUSTOMER_IDS
from pipeline.config import load_config

SECONDS = 20.0
LOADS = {
    "1-client": Demand(target="", customers="", seconds=SECONDS, clients=1),
    "8-clients": Demand(target="", customers="", seconds=SECONDS, clients=8),
    "open-200": Demand(target="", customers="", seconds=SECONDS, clients=64, rate=200),
    "batch-64": Demand(target="", customers="", seconds=SECONDS, clients=4, batch=64),
    "batch-64-open-20": Demand(target="", customers="", seconds=SECONDS, clients=16, batch=64, rate=20),
}
LOGGED = ("8-clients", "batch-64")
SIZES = {"catalogue": ARTICLES, "1m": 1_000_000}
LARGE_SIZES = {"1m": 1_000_000, "5m": 5_000_000}
LARGE = "large-catalogue"  # preset
QUERIES = 10


def cells(shop: Shop) -> dict[str, Callable[[], dict[str, Any]]]:
    """All cells by name, in the order of measurement."""
    under_load = {
        f"{kind}-{name}": functools.partial(_load, shop, kind, demand)
        for kind in KINDS
        for name, demand in LOADS.items()
    }
    alone = {f"index-{size}-{kind}": functools.partial(_index, shop, size, kind) for size in SIZES for kind in KINDS}
    large = {f"index-{size}-scann, {LARGE}": functools.partial(_large_index, size) for size in LARGE_SIZES}
    return {
        **under_load,
        "swaps": functools.partial(swaps.measure, shop),
        **alone,
        **large,
        **{f"log-{name}": functools.partial(request_log.measure, shop, LOADS[name]) for name in LOGGED},
        "recommend-all": functools.partial(_recommend_all, shop),
        "query": functools.partial(_query, shop),
    }


def _load(shop: Shop, kind: str, demand: Demand) -> dict[str, Any]:
    customers = shop.model("exact") / CUSTOMER_IDS
    with serving(base_path(shop, kind)) as server:
        demand = dataclasses.replace(demand, target=server.target, customers=str(customers))
        before_s = server.processor_s()
        with load_generator(demand) as client:
            load = read_load(client)
        spent_s = server.processor_s() - before_s
        return {
            **figures(load, demand.batch),
            "server_ms_per_request": 1e3 * spent_s / max(load.requests, 1),
            "memory_mib": server.memory_mib(),
        }


def _index(shop: Shop, size: str, kind: str) -> dict[str, Any]:
    spec = index.Spec(
        articles=SIZES[size],
        kind=kind,
        model=str(shop.model("exact")) if size == "catalogue" else None,
        states=str(shop.features / "states"),
    )
    return _measure_index(spec)


def _large_index(size: str) -> dict[str, Any]:
    """The index of a preset for large catalogues, over synthetic embeddings."""
    settings = load_config(LARGE, []).recommender.scann
    return _measure_index(index.Spec(articles=LARGE_SIZES[size], kind="scann", scann=settings.as_tree()))


def _measure_index(spec: index.Spec) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.serving.index", json.dumps(dataclasses.asdict(spec))]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _recommend_all(shop: Shop) -> dict[str, Any]:
    out = base_path(shop, "scann").parents[1]
    to = out / "recs.csv"
    start_s = time.monotonic()
    command = [sys.executable, "-m", "lookbook", "recommend", "--out", str(out), "--all", "--to", str(to)]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    seconds = time.monotonic() - start_s
    with to.open(encoding="utf-8") as lines:
        customers = sum(1 for _ in lines) - 1
    to.unlink()
    return {"seconds": seconds, "customers": customers}


def _query(shop: Shop) -> dict[str, Any]:
    """Time from the start of `lookbook query` to its table."""
    seconds = []
    with serving(base_path(shop, "scann")) as server:
        port = server.target.rpartition(":")[2]
        for customer in shop.customer_ids()[:QUERIES]:
            start_s = time.monotonic()
            command = [sys.executable, "-m", "lookbook", "query", customer, "--port", port]
            subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
            seconds.append(time.monotonic() - start_s)
    return {"median_s": sorted(seconds)[len(seconds) // 2], "longest_s": max(seconds)}
