"""A refresh is held to what its weights were blessed with."""

import datetime
import math

import pytest

from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from components.evaluation.report import Evaluation
from components.refresh_gate.executor import Blessed, judge_refresh


def evaluation(map_at_12, customers=100):
    return Evaluation({"all": {**figures(Moments()), "customers": float(customers), "map_at_12": map_at_12}})


# 0.18 is asked for; 1.96 standard errors of a figure of 0.18 are at most 0.0753 with 100 customers, 0.0075 with 10,000.
@pytest.mark.parametrize(
    ("now", "customers", "passed"),
    [
        (0.30, 100, True),
        (0.19, 10_000, True),
        (0.1726, 10_000, True),
        (0.1724, 10_000, False),
        (0.1724, 100, True),
        (0.1048, 100, True),
        (0.1046, 100, False),
        (0.0, 100, False),
        (math.nan, 100, False),
    ],
)
def test_the_figure_may_lie_below_the_blessed_one_by_the_margin_and_by_chance_and_no_more(now, customers, passed):
    verdict = judge_refresh(evaluation(now, customers), Blessed(map_at_12=0.2), 0.02)
    assert verdict.passed is passed
    assert verdict.line.startswith(
        "passed: " if passed else "refused: has certainly fallen by more than evaluation.margin = 0.02"
    )
    assert f"MAP@12 {now:.4f}, 0.2000 when the weights were blessed" in verdict.line


def test_below_a_measure_less_than_the_margin_nothing_can_fall():
    assert judge_refresh(evaluation(0.0, 10_000), Blessed(map_at_12=0.01), 0.02).passed


def test_a_week_without_customers_blesses_nothing():
    for found in (evaluation(0.9, customers=1), Evaluation({})):
        verdict = judge_refresh(found, Blessed(map_at_12=0.2), 0.02)
        assert not verdict.passed
        assert "give data of more days" in verdict.line


@pytest.mark.parametrize(("customers", "passed"), [(15, False), (16, True), (17, True)])
def test_a_tenth_of_the_customers_that_blessed_the_weights_must_have_bought(customers, passed):
    verdict = judge_refresh(evaluation(0.2, customers), Blessed(map_at_12=0.2, customers=160), 0.02)
    assert verdict.passed is passed
    assert passed or verdict.line.startswith("refused: only 15 customers bought in the test week, 160 when the weights")


@pytest.mark.parametrize(("first", "passed"), [(16, False), (17, True), (18, True)])
def test_a_week_that_the_weights_were_trained_on_does_not_judge_them(first, passed):
    """Trained on purchases to 16 July; the same data judge from the 17th, those of the next night from the 18th."""
    judged = datetime.date(2020, 7, first), datetime.date(2020, 7, first + 6)
    blessed = Blessed(map_at_12=0.2, trained_until=datetime.date(2020, 7, 17))
    verdict = judge_refresh(evaluation(0.3), blessed, 0.02, judged=judged)
    assert verdict.passed is passed
    assert passed or verdict.line.startswith(
        "refused: a refresh must be judged on days after those its weights were trained on, to 2020-07-16. Received: "
        "2020-07-16 to 2020-07-22."
    )
