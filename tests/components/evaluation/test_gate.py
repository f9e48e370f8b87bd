"""The gate's verdict in words is the decision that TFMA's thresholds take on the same figures."""

import numpy as np
import pytest
import tensorflow_model_analysis as tfma
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_model_analysis.evaluators import metrics_validator

from components.evaluation.config import EvaluationConfig
from components.evaluation.eval_config import eval_config
from components.evaluation.metric import RankingMetrics, figures
from components.evaluation.moments import Moments
from components.evaluation.report import Evaluation, judge

K = 12


def placed(place):
    """A ranking with the one article bought at a place from 1, or without it at 0."""
    return np.array(["x" if i == place else f"{i}" for i in range(1, K + 1)])


def counted(*customers):
    """Moments of customers given by the places (ours, own purchases, popular, last blessed) of what they bought."""
    moments = Moments()
    for ours, own, popular, last in customers:
        moments.add(np.stack([placed(ours), placed(own), placed(popular), placed(0)]), placed(last), ["x"])
    return moments


def blessed_by_tfma(moments, config):
    """What TFMA's thresholds say, by TFMA's own code."""
    (computation,) = RankingMetrics().computations(model_names=["candidate", "baseline"])
    metrics = computation.combiner.extract_output(moments)
    asked = tfma.utils.update_eval_config_with_defaults(eval_config(config, "test"), has_baseline=True)
    return metrics_validator.validate_metrics(((), metrics), asked).validation_ok


def judged(moments, config, first_run=False):
    verdict = judge(Evaluation({"all": figures(moments)}), config, first_run)
    assert verdict.passed is blessed_by_tfma(moments, config)
    assert "\n" not in verdict.line
    return verdict


def test_certainly_better_is_proven():
    verdict = judged(counted(*[(1, 2, 0, 1)] * 5), EvaluationConfig())
    assert (verdict.passed, verdict.proven) == (True, True)
    assert verdict.line == (
        "passed, proven: MAP@12 1.0000, +0.5000 [+0.5000, +0.5000] against own purchases, "
        "+0.0000 [+0.0000, +0.0000] against the last blessed model"
    )


def test_better_for_some_and_worse_for_others_passes_unproven():
    verdict = judged(counted(*[(1, 2, 0, 1), (2, 1, 0, 2)] * 5), EvaluationConfig())
    assert (verdict.passed, verdict.proven) == (True, False)
    assert verdict.line.startswith("passed, unproven: MAP@12 0.7500, +0.0000 [")


def test_equal_to_the_baseline_passes_unproven():
    verdict = judged(counted(*[(1, 1, 1, 1)] * 5), EvaluationConfig(margin=0.0))
    assert (verdict.passed, verdict.proven) == (True, False)


def test_certainly_worse_than_the_better_simple_baseline_is_refused():
    verdict = judged(counted(*[(2, 0, 1, 2)] * 5), EvaluationConfig())
    assert not verdict.passed
    assert verdict.line.startswith(
        "refused: certainly worse than the best simple baseline: MAP@12 0.5000, "
        "-0.5000 [-0.5000, -0.5000] against popular"
    )


def test_what_may_be_much_worse_than_the_last_blessed_model_is_refused():
    doubtful = counted(*[(2, 0, 0, 1), (1, 0, 0, 2)] * 3)
    verdict = judged(doubtful, EvaluationConfig(margin=0.02))
    assert (verdict.passed, verdict.proven) == (False, True)
    assert verdict.line.startswith(
        "refused: may be worse than the last blessed model by more than evaluation.margin = 0.02: MAP@12 0.7500"
    )
    assert judged(doubtful, EvaluationConfig(margin=0.5)).passed


def test_on_a_first_run_the_line_speaks_of_no_last_blessed_model():
    verdict = judged(counted(*[(1, 2, 0, 2)] * 5), EvaluationConfig(), first_run=True)
    assert verdict.line == "passed, proven: MAP@12 1.0000, +0.5000 [+0.5000, +0.5000] against own purchases"
    doubtful = judged(counted(*[(2, 1, 0, 1), (1, 2, 0, 2)] * 3), EvaluationConfig(), first_run=True)
    assert doubtful.line.startswith("passed, unproven: MAP@12 0.7500, +0.0000 [")


@pytest.mark.parametrize(
    ("customer", "passed"),
    [((1, 2, 0, 2), True), ((1, 2, 0, 1), False), ((1, 1, 0, 2), False), ((2, 1, 0, 1), False)],
    ids=["better than both", "equal to the last", "equal to the simple", "worse than both"],
)
def test_strictly_only_what_is_better_than_both_passes(customer, passed):
    verdict = judged(counted(*[customer] * 5), EvaluationConfig(strict=True))
    assert verdict.passed is passed
    assert verdict.line.startswith(
        "passed, proven:" if passed else "refused: not proven better, as evaluation.strict asks:"
    )


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("count", [0, 1])
def test_too_few_customers_are_refused_for_that_reason(count, strict):
    verdict = judged(counted(*[(1, 2, 0, 2)] * count), EvaluationConfig(margin=1.0, strict=strict))
    assert (verdict.passed, verdict.proven) == (False, False)
    assert verdict.line == (
        f"refused: the test week must have at least 2 customers who bought. It has {count}: give data of more days"
    )


PLACES = st.integers(0, 3)


@given(
    customers=st.lists(st.tuples(PLACES, PLACES, PLACES, PLACES), max_size=8),
    margin=st.sampled_from([0.0, 0.02, 0.3, 1.0]),
    strict=st.booleans(),
)
def test_words_and_thresholds_agree_on_whatever_figures(customers, margin, strict):
    judged(counted(*customers), EvaluationConfig(margin=margin, strict=strict))
