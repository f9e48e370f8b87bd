"""The cells of the benchmark, their stored results, and repeated measurements."""

import json
import pathlib

import pytest

from benchmarks.performance import cells
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
