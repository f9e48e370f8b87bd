"""Throughput with the request log at 100 % and hashed ids, against that without a log, in turns on one machine."""

import dataclasses
import pathlib
import statistics
import tempfile
from typing import Any

from benchmarks.serving.base_path import base_path
from benchmarks.serving.load import Demand
from benchmarks.serving.processes import figures, load_generator, read_load, serving
from benchmarks.serving.shop import Shop
from components.model_files import CUSTOMER_IDS
from serving.tfrecords import read_records

ROUNDS = 5
SALT = "0123456789abcdef0123456789abcdef"


def measure(shop: Shop, demand: Demand) -> dict[str, Any]:
    """Measures `ROUNDS` pairs; in each, the order of the two servers is exchanged.

    Args:
        shop: the shop of the benchmark.
        demand: load on each server.
    """
    rates: dict[bool, list[float]] = {False: [], True: []}
    p99_ms: dict[bool, list[float]] = {False: [], True: []}
    records = 0
    for round_number in range(ROUNDS):
        for logged in (False, True) if round_number % 2 == 0 else (True, False):
            with tempfile.TemporaryDirectory() as folder:
                found = _load(shop, demand, pathlib.Path(folder), logged=logged)
                records += sum(1 for path in pathlib.Path(folder).glob("*.tfrecord") for _ in read_records(path))
            rates[logged].append(found["customers_per_s"])
            p99_ms[logged].append(found["p99_ms"])
    ratios = [on / off for on, off in zip(rates[True], rates[False], strict=True)]
    return {
        "without_per_s": statistics.median(rates[False]),
        "with_per_s": statistics.median(rates[True]),
        "ratio": statistics.median(ratios),
        "lowest_ratio": min(ratios),
        "highest_ratio": max(ratios),
        "without_p99_ms": statistics.median(p99_ms[False]),
        "with_p99_ms": statistics.median(p99_ms[True]),
        "records": records,
    }


def _load(shop: Shop, demand: Demand, folder: pathlib.Path, *, logged: bool) -> dict[str, Any]:
    options: tuple[str, ...] = ()
    if logged:
        (folder / "salt").write_text(SALT)
        options = ("--log-prefix", str(folder / "requests"), "--log-salt-file", str(folder / "salt"))
    with serving(base_path(shop, "scann"), *options) as server:
        customers = str(shop.model("exact") / CUSTOMER_IDS)
        with load_generator(dataclasses.replace(demand, target=server.target, customers=customers)) as client:
            return figures(read_load(client), demand.batch)
