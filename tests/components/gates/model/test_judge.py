"""The model gate applies the rule for runs if there is a baseline model, otherwise the rule for refreshes."""

import datetime

from components.evaluation.metric import figures
from components.evaluation.moments import Moments
from components.evaluation.report import Evaluation
from components.gates.model.executor import judge
from components.gates.model.rule import ModelRule
from components.weights import WeightsRecord

RULE = ModelRule(margin=0.02, strict=False, min_share=0.5)
LAST = WeightsRecord(blessed_map_at_12=0.2, trained_until=datetime.date(2020, 7, 17))
# Better than the simple baselines, certainly worse than the baseline model.
FOUND = {
    **figures(Moments()),
    "customers": 100.0,
    "map_at_12": 0.2,
    "difference_best_simple/low": 0.01,
    "difference_last_blessed/low": -0.2,
}


def judged(baseline, as_of="2020-07-17", label_days=7):
    evaluation = Evaluation({"all": FOUND})
    return judge(evaluation, RULE, LAST, model={"as_of": as_of}, baseline=baseline, label_days=label_days)


def test_a_run_is_compared_with_the_last_blessed_weights():
    assert "may be worse than the last blessed model" in judged({"weights_digest": "d"}).line


def test_a_run_without_blessed_weights_is_compared_with_own_purchases():
    assert judged({"recommender": "own_purchases"}).line.startswith("refused: may be worse than own purchases by more")


def test_a_refresh_is_compared_with_the_blessed_figure_of_its_weights():
    assert judged(None).line == "passed: MAP@12 0.2000, 0.2000 when the weights were blessed"


def test_the_judged_week_of_a_refresh_begins_on_the_day_of_the_state():
    assert "Received: 2020-07-16 to 2020-07-18." in judged(None, as_of="2020-07-16", label_days=3).line


def test_an_evaluation_without_figures_is_refused_for_too_few_customers():
    verdict = judge(Evaluation({}), RULE, LAST, model={}, baseline={}, label_days=7)
    assert "It has 0: give data of more days" in verdict.line
