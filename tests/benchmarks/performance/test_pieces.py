"""Parts of a training step, on small batches."""

import pytest

from benchmarks.performance.pieces import AS_IS, AS_WAS, measure


@pytest.mark.proof
def test_each_part_is_measured_in_both_implementations():
    pieces = measure(batches=(8, 16), articles=50)

    assert list(pieces) == ["softmax of 8", "softmax of 16", "pools of 8", "Adam, 50 rows"]
    assert all(set(ways) == {AS_IS, AS_WAS} and min(ways.values()) > 0 for ways in pieces.values())
