"""The bench on a small shop: stages in processes of their own, gone on with where they stopped."""

import pytest

from benchmarks.performance.cells import BESIDE_CSV, Bench
from benchmarks.performance.shops import Size
from benchmarks.performance.stages import named

SMALL = Size(0.004)


@pytest.mark.proof
def test_stages_are_measured_on_what_lies_before_them(tmp_path):
    said: list[str] = []
    bench = Bench(tmp_path, [], said.append, times=2)
    cells = {cell.name: cell for cell in bench.cells(SMALL)}

    features = cells["features-0.004M"].measure()
    assert said == ["  features: what lies before it had to be made; once more"]
    assert (features["times"], features["rows"], list(features["steps"])) == (2, 4000, ["Features"])
    assert 0.2 < features["peak_gib"] < 8
    assert features["seconds"] == sum(features["all_seconds"]) / 2

    said.clear()
    ingest = cells["ingest-0.004M"].measure()
    assert said == []
    assert ingest["rows_per_s"] == pytest.approx(4000 / ingest["seconds"])

    beside = cells[f"{BESIDE_CSV}-0.004M"].measure()
    assert beside["ratio"] == pytest.approx(beside["ours"]["rows_per_s"] / beside["theirs"]["rows_per_s"])

    bench.profile(named("features"), SMALL, tmp_path / "profile.md")
    text = (tmp_path / "profile.md").read_text()
    assert "create or replace table" in text
    assert "duckdb_engine.py" in text
