"""A refresh is held to what its weights were blessed with."""

import math

import pytest

from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from components.evaluation.report import Evaluation
from components.refresh_gate.executor import judge_refresh


def evaluation(map_at_12, customers=100):
    return Evaluation({"all": {**figures(Moments()), "customers": float(customers), "map_at_12": map_at_12}})


@pytest.mark.parametrize(
    ("now", "passed"),
    [(0.30, True), (0.20, True), (0.19, True), (0.1801, True), (0.1799, False), (0.0, False), (math.nan, False)],
)
def test_the_figure_may_lie_below_the_blessed_one_by_the_margin_and_no_more(now, passed):
    verdict = judge_refresh(evaluation(now), 0.2, 0.02)
    assert verdict.passed is passed
    assert verdict.line.startswith(
        "passed: " if passed else "refused: has fallen by more than evaluation.margin = 0.02"
    )
    assert f"MAP@12 {now:.4f}, 0.2000 when the weights were blessed" in verdict.line


def test_a_week_without_customers_blesses_nothing():
    for found in (evaluation(0.9, customers=1), Evaluation({})):
        verdict = judge_refresh(found, 0.2, 0.02)
        assert not verdict.passed
        assert "give data of more days" in verdict.line
