"""The rule for a refresh: its figure is compared with the blessed figure of its weights."""

import datetime
import math

import pytest

from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from components.gates.model.rule import ModelRule, judge_refresh
from components.weights import WeightsRecord
from transforms.errors import LookbookError

RULE = ModelRule(margin=0.02, strict=False, min_share=0.0)


def found(map_at_12, customers=100):
    return {**figures(Moments()), "customers": float(customers), "map_at_12": map_at_12}


def blessed(map_at_12=0.2, **known):
    return WeightsRecord(blessed_map_at_12=map_at_12, **known)


def judged(its_figures, last, rule=RULE, week=None):
    return judge_refresh(its_figures, rule, last, week)


# 0.18 is required; 1.96 standard errors of a figure of 0.18 are at most 0.0753 with 100 customers, 0.0075 with 10,000.
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
def test_the_figure_may_be_below_the_blessed_one_by_the_margin_and_by_chance(now, customers, passed):
    verdict = judged(found(now, customers), blessed())
    assert verdict.passed is passed
    assert not verdict.proven
    assert verdict.line.startswith(
        "passed: " if passed else "refused: has certainly fallen by more than evaluation.margin = 0.02"
    )
    assert f"MAP@12 {now:.4f}, 0.2000 when the weights were blessed" in verdict.line
    assert verdict.figures["blessed_map_at_12"] == 0.2
    assert verdict.figures["customers"] == customers


def test_any_figure_passes_if_the_blessed_one_is_below_the_margin():
    assert judged(found(0.0, 10_000), blessed(0.01)).passed


def test_a_share_of_the_blessed_figure_is_required_for_any_margin():
    """Half of 0.2, less 1.96 sqrt(0.1 * 0.9 / 10,000) = 0.0059, is 0.0941."""
    rule = ModelRule(margin=1.0, strict=False, min_share=0.5)
    assert judged(found(0.0942, 10_000), blessed(), rule).passed
    assert judged(found(0.0940, 10_000), blessed(), rule).line.startswith(
        "refused: MAP@12 0.0940 is certainly less than push.min_share = 0.5 of the 0.2000"
    )


def test_a_week_with_fewer_than_two_customers_is_refused():
    for its_figures in (found(0.9, customers=1), figures(Moments())):
        verdict = judged(its_figures, blessed())
        assert not verdict.passed
        assert "give data of more days" in verdict.line


@pytest.mark.parametrize(("customers", "passed"), [(15, False), (16, True), (17, True)])
def test_a_tenth_of_the_blessed_number_of_customers_is_required(customers, passed):
    verdict = judged(found(0.2, customers), blessed(blessed_customers=160))
    assert verdict.passed is passed
    assert passed or verdict.line.startswith("refused: only 15 customers bought in the test week, 160 when the weights")


@pytest.mark.parametrize(("first", "passed"), [(16, False), (17, True), (18, True)])
def test_a_week_that_the_weights_were_trained_on_is_refused(first, passed):
    """Trained on purchases to 16 July; the same data judge from the 17th, those of the next night from the 18th."""
    week = datetime.date(2020, 7, first), datetime.date(2020, 7, first + 6)
    verdict = judged(found(0.3), blessed(trained_until=datetime.date(2020, 7, 17)), week=week)
    assert verdict.passed is passed
    assert passed or verdict.line.startswith(
        "refused: a refresh must be judged on days after the training data of its weights, which end on 2020-07-16. "
        "Received: 2020-07-16 to 2020-07-22."
    )


def test_weights_without_a_blessed_figure_cannot_be_judged():
    with pytest.raises(LookbookError, match=r"needs blessed_map_at_12.*train again with `lookbook run`"):
        judged(found(0.3), WeightsRecord())
