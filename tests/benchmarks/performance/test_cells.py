"""The cells of the benchmark, their stored results, and repeated measurements."""

import contextlib
import dataclasses
import json
import pathlib

import psutil
import pytest

from benchmarks.performance import cells, spark, step
from benchmarks.performance.cells import BESIDE_CSV, BESIDE_SPARK, BESIDE_TOWERS, ONCE_FROM_S, Bench
from benchmarks.performance.process import Cost
from benchmarks.performance.shops import SIZES, Size
from benchmarks.performance.stages import STAGES, before, named
from lookbook.commands import synthesize
from synthetic.config import ShopConfig


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path, [], lambda text: None)


def test_the_largest_shop_has_the_size_of_h_and_m():
    assert Size(SIZES[-1]).options == ["--scale", "full"]
    assert Size(SIZES[-1]).transactions == ShopConfig.at_scale(1).transactions == 31_788_324


@pytest.mark.parametrize("millions", SIZES[:-1])
def test_a_smaller_shop_has_the_number_of_transactions_of_its_size(millions):
    option, scale = Size(millions).options

    assert option in {option for parameter in synthesize.command.params for option in parameter.opts}
    assert ShopConfig.at_scale(float(scale)).transactions == Size(millions).transactions


def test_every_stage_is_measured_at_every_size_and_compared_at_small_ones(bench):
    names = {size: {cell.name for cell in bench.cells(Size(size))} for size in SIZES}
    for size in SIZES:
        assert {f"{stage.name}-{size:g}M" for stage in STAGES} <= names[size]
    assert {f"{BESIDE_CSV}-1M", f"{BESIDE_TOWERS}-1M"} <= names[1.0]
    assert f"{BESIDE_CSV}-10M" not in names[10.0]
    assert f"{BESIDE_SPARK}-10M" in names[10.0]
    assert f"{BESIDE_SPARK}-31.8M" not in names[31.8]


def test_a_stage_depends_on_earlier_ones():
    assert [stage.name for stage in before(named("validation"))] == ["synthesize", "ingest"]


def test_a_result_belongs_to_its_size_and_its_settings(bench, tmp_path):
    cell = bench.cells(Size(1))[0]
    bench.write(cell, {"seconds": 1.0})

    assert bench.read(cell) == {"seconds": 1.0}
    assert bench.read(bench.cells(Size(10))[0]) is None
    assert Bench(tmp_path, ["retrieval.epochs=1"], lambda text: None).read(cell) is None


def test_a_long_stage_is_measured_once(bench, monkeypatch):
    seconds = iter([3.0, 1.0, 2.0, ONCE_FROM_S])

    def fake_measure(command, log):
        pathlib.Path(command[command.index("--to") + 1]).mkdir(parents=True)
        return Cost(next(seconds), 0.5)

    monkeypatch.setattr(cells, "measure", fake_measure)
    cell = bench.cells(Size(1))[0]

    result = cell.measure()
    assert (result["seconds"], result["times"], result["rows_per_s"]) == (2.0, 3, 500_000)
    assert cell.measure()["times"] == 1


def test_results_are_stored_in_one_file_and_a_new_one_replaces_the_old(bench, tmp_path):
    first, second = bench.cells(Size(1))[:2]
    for result in ({"seconds": 1.0}, {"seconds": 2.0}):
        bench.write(first, result)
    bench.write(second, {"seconds": 3.0})

    assert (bench.read(first), bench.read(second)) == ({"seconds": 2.0}, {"seconds": 3.0})
    assert json.loads((tmp_path / "results.json").read_text()).keys() == {first.name, second.name}


def test_features_on_spark_are_measured_beside_duckdb_with_the_clusters_memory(bench, monkeypatch):
    processes = [psutil.Process()]

    @contextlib.contextmanager
    def fake_cluster(folder):
        yield spark.Cluster(("features.engine=spark",), processes)

    def fake_measure(command, log, beside=()):
        if "--to" in command:  # the shop
            pathlib.Path(command[command.index("--to") + 1]).mkdir(parents=True)
            return Cost(1.0, 0.1)
        spec = step.Spec(**json.loads(command[-1]))
        is_spark = "features.engine=spark" in spec.assignments
        assert beside == (processes if is_spark else ())
        seconds = {"Features": 130.0 if is_spark else 20.0}
        report = step.Report(seconds=seconds, ran=[], counts={}, outputs={})
        pathlib.Path(spec.report).write_text(json.dumps(dataclasses.asdict(report)))
        return Cost(0.0, 5.0 if is_spark else 2.0)

    monkeypatch.setattr(spark, "cluster", fake_cluster)
    monkeypatch.setattr(cells, "measure", fake_measure)
    (cell,) = [cell for cell in bench.cells(Size(1)) if cell.name == f"{BESIDE_SPARK}-1M"]

    assert cell.measure() == {
        "duckdb": {"seconds": 20.0, "peak_gib": 2.0},
        "spark": {"seconds": 130.0, "peak_gib": 5.0},
        "times": 1,
        "ratio": 6.5,
    }
