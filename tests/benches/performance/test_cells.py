"""Which cells there are, what they are kept under, and that medians are told from single figures."""

import pytest

from lookbook.commands import synthesize
from pipeline.parts import Occasion, Places
from tests.benches.performance.cells import BESIDE_CSV, BESIDE_TOWERS, ONCE_FROM_S, Bench
from tests.benches.performance.process import Cost
from tests.benches.performance.shops import FULL_TRANSACTIONS, SIZES, Size
from tests.benches.performance.stages import STAGES, before, named


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path, [], lambda text: None)


def test_the_largest_shop_is_of_the_size_of_the_hm_data():
    options = Size(SIZES[-1]).options
    named_sizes = dict(zip(options[::2], map(int, options[1::2]), strict=True))
    assert named_sizes == {"--customers": 1_371_980, "--articles": 105_542, "--transactions": 31_788_324, "--days": 734}


def test_customers_buy_as_much_in_a_small_shop():
    options = Size(0.1).options
    customers, transactions = (int(options[options.index(name) + 1]) for name in ("--customers", "--transactions"))
    assert transactions / customers == pytest.approx(FULL_TRANSACTIONS / 1_371_980, rel=1e-3)


def test_shops_are_made_by_options_there_are():
    known = {option for parameter in synthesize.command.params for option in parameter.opts}
    assert set(Size(1).options[::2]) <= known


def test_every_stage_is_measured_at_every_size_and_others_beside_the_small_ones(bench):
    names = {size: {cell.name for cell in bench.cells(Size(size))} for size in SIZES}
    for size in SIZES:
        assert {f"{stage.name}-{size:g}M" for stage in STAGES} <= names[size]
    assert {f"{BESIDE_CSV}-1M", f"{BESIDE_TOWERS}-1M"} <= names[1.0]
    assert f"{BESIDE_CSV}-10M" not in names[10.0]


def test_a_stage_follows_from_those_before_it():
    assert [stage.name for stage in before(named("validation"))] == ["synthesize", "ingest"]


def test_a_result_is_of_its_size_and_its_settings(bench, tmp_path):
    cell = bench.cells(Size(1))[0]
    bench.write(cell, {"seconds": 1.0})

    assert bench.read(cell) == {"seconds": 1.0}
    assert bench.read(bench.cells(Size(10))[0]) is None
    assert Bench(tmp_path, ["retrieval.epochs=1"], lambda text: None).read(cell) is None


def test_what_takes_long_is_measured_once(bench, monkeypatch):
    seconds = iter([3.0, 1.0, 2.0, ONCE_FROM_S])
    monkeypatch.setattr(bench, "_synthesize", lambda size: Cost(next(seconds), 0.5))
    cell = bench.cells(Size(1))[0]

    often = cell.measure()
    assert (often["seconds"], often["times"], often["rows_per_s"]) == (2.0, 3, 500_000)
    assert cell.measure()["times"] == 1


def test_every_step_of_a_run_is_in_one_stage():
    from pipeline.config import load_config
    from pipeline.pipeline import create_pipeline

    places = Places(data_dir="/data", pipeline_root="/root", serving_dir="/serving", checkpoints="/checkpoints")
    occasion = Occasion(fingerprint="print", run_key="key", last_blessed="none")
    pipeline = create_pipeline(load_config(None, []), places, occasion, version_of=lambda rooms: "v")
    measured = [step for stage in STAGES for step in stage.steps]

    assert sorted(measured) == sorted(node.id for node in pipeline.components)
