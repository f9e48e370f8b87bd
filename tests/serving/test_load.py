"""The load benchmark's arithmetic, and the benchmark itself with the small test model."""

import json

import numpy as np
import pytest

from benchmarks import document
from benchmarks.serving import report
from benchmarks.serving.load import Demand, Load, measure
from benchmarks.serving.processes import figures, latencies

RESULT = {"measured_at": "2026-11-22T20:00:00+00:00", "machine": "2 cores", "commit": "abc", "others": 0.0}


@pytest.fixture(scope="module")
def customers(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "ids.txt"
    path.write_text("".join(f"c{i}\n" for i in range(50)))
    return str(path)


def test_a_closed_loop_sends_a_request_after_each_answer(served, customers):
    load = measure(Demand(target=f"127.0.0.1:{served.port}", customers=customers, seconds=0.5, clients=2, batch=3))
    assert load.requests == len(load.latencies_s) == len(load.at_s) > 2
    assert load.at_s == sorted(load.at_s)
    assert (load.failures, load.short, load.versions) == ({}, 0, [8])
    assert sum(load.latencies_s) <= 2 * load.seconds  # two clients, one request each at a time
    assert json.dumps(load.__dict__)


def test_an_open_loop_sends_requests_at_their_due_times(served, customers):
    demand = Demand(target=f"127.0.0.1:{served.port}", customers=customers, seconds=1, clients=8, rate=100, seed=3)
    load = measure(demand)
    gaps = np.random.default_rng([3, 2**31]).exponential(1 / 100, 1000).cumsum()
    assert load.requests + sum(load.failures.values()) == (gaps < 1).sum()


def test_failed_requests_are_counted_by_error(customers):
    load = Load(requests=0, failures={"x": 1}, seconds=1.0, latencies_s=[], at_s=[], versions=[], short=0)
    assert figures(load, 1)["failures"] == {"x": 1}
    assert np.isnan(latencies([])["p99_ms"])


def test_percentiles_are_in_milliseconds():
    found = latencies([i / 1000 for i in range(1001)])
    assert found == pytest.approx({"p50_ms": 500.0, "p99_ms": 990.0, "p999_ms": 999.0})


def test_targets_are_met_missed_or_not_measured():
    results = {"scann-1-client": {**RESULT, "p99_ms": 10.0}, "recommend-all": {**RESULT, "seconds": 61.0}}
    held = {words: holds for words, _, _, holds in report.targets(results)}
    assert held["one client, batch 1: p99"] is True
    assert held["`lookbook recommend --all`, 70,000 customers"] is False
    assert held["batch 64: customers"] is None


def test_the_document_keeps_the_text_around_the_figures(tmp_path):
    page = tmp_path / "serving.md"
    page.write_text(f"before\n{document.begin(report.COMMAND)}\nformer figures\n{document.END}\nafter\n")
    results = {"recommend-all": {**RESULT, "seconds": 30.0, "customers": 70_000}}
    document.write(page, report.COMMAND, report.render(results))
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{document.END}\nafter\n")
    assert "former figures" not in text
    assert "| `lookbook recommend --all`, 70,000 customers | at most 60 s | 30 s | holds |" in text
    page.write_text("no marks")
    with pytest.raises(ValueError, match="document must contain the lines"):
        document.write(page, report.COMMAND, report.render({}))
