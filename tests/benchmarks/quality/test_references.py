"""Other recommendations, and the duration of a run."""

import json

import pytest

from benchmarks.quality.references import References
from benchmarks.quality.shop import Shop


def test_a_rival_is_judged_on_the_customers_of_the_truth(tmp_path):
    (tmp_path / "truth.csv").write_text("customer_id,article_id\nb,01\na,02\nc,03\n")
    (tmp_path / "rival.csv").write_text("customer_id,prediction\na,09 02\nb,01\nz,01\n")

    rival = References.read(Shop(tmp_path, tmp_path / "truth.csv"), tmp_path / "rival.csv", None).rival

    assert rival is not None
    assert rival["map_at_12"].tolist() == [0.5, 1.0, 0.0]


def test_a_rival_without_a_truth_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="needs --truth"):
        References.read(Shop(tmp_path), tmp_path / "rival.csv", None)


def test_the_duration_must_be_of_a_run_without_cached_steps(tmp_path):
    summary = tmp_path / "summary.json"
    summary.write_text(json.dumps({"seconds": 600.0, "cached": 0}))
    assert References.read(Shop(tmp_path), None, tmp_path).run_s == 600.0
    summary.write_text(json.dumps({"seconds": 11.0, "cached": 24}))
    with pytest.raises(ValueError, match="no step was cached"):
        References.read(Shop(tmp_path), None, tmp_path)
