"""The benchmark of the stages on a small shop."""

import pytest

from benchmarks.performance.cells import BESIDE_CSV, Bench
from benchmarks.performance.shops import Size
from benchmarks.performance.stages import named

SMALL = Size(0.004)


@pytest.mark.proof
def test_stages_are_measured_with_earlier_steps_cached(tmp_path):
    lines: list[str] = []
    bench = Bench(tmp_path, [], lines.append, times=2)
    cells = {cell.name: cell for cell in bench.cells(SMALL)}

    features = cells["features-0.004M"].measure()
    assert lines == ["  features: earlier steps were not cached; measuring again"]
    assert (features["times"], features["rows"], list(features["steps"])) == (2, 4000, ["Features"])
    assert 0.2 < features["peak_gib"] < 8
    assert features["seconds"] == sum(features["all_seconds"]) / 2

    lines.clear()
    ingest = cells["ingest-0.004M"].measure()
    assert lines == []
    assert ingest["rows_per_s"] == pytest.approx(4000 / ingest["seconds"])

    beside = cells[f"{BESIDE_CSV}-0.004M"].measure()
    assert beside["ratio"] == pytest.approx(beside["ours"]["rows_per_s"] / beside["theirs"]["rows_per_s"])

    bench.profile(named("features"), SMALL, tmp_path / "profile.md")
    text = (tmp_path / "profile.md").read_text()
    assert "create or replace table" in text
    assert "duckdb_engine.py" in text
