"""Seeds are averaged for each customer, and ends are concatenated."""

import pytest

from benchmarks.quality.pooling import Results, candidates, pooled


def result(of: str, found: list[float]) -> dict:
    return {"cell": "c", "of": of, "candidates": {"found": found}}


def test_seeds_are_averaged_and_ends_are_concatenated():
    ends = [
        [result("week 1", [0.0, 1.0]), result("week 1", [0.5, 0.5])],
        [result("week 2", [0.25]), result("week 2", [0.75])],
    ]

    assert pooled(ends, candidates("found")).tolist() == [0.25, 0.75, 0.5]


def test_results_of_different_customers_are_an_error():
    with pytest.raises(ValueError, match="same customers"):
        pooled([[result("week 1", [0.0]), result("week 2", [1.0])]], candidates("found"))


def test_a_mean_of_seeds_needs_all_seeds():
    measured = {f"default-seed{seed}-1": result("w", [0.0]) for seed in (0, 2)}

    assert Results(measured).seeds(1) is None
    assert Results({**measured, "default-seed1-1": result("w", [0.0])}).backs() == [1]
