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


def test_the_last_end_needs_all_seeds_and_an_earlier_one_any():
    measured = {f"default-seed{seed}-{back}": result("w", [0.0]) for seed, back in [(0, 0), (2, 0), (2, 1)]}

    assert Results(measured).backs() == [1]
    assert Results(measured).seeds(1) == [measured["default-seed2-1"]]
    assert Results({**measured, "default-seed1-0": result("w", [0.0])}).backs() == [0, 1]
