"""The model gate without TFX: selects the rule for a model and the figures to compare."""

import datetime
from collections.abc import Mapping
from typing import Any

from components.evaluation.report import Evaluation
from components.gates.model.rule import ModelRule, judge_refresh, judge_run
from components.gates.verdict import Verdict
from components.model_files import RECOMMENDER, as_of
from components.weights import WeightsRecord
from models.rankings import OWN_PURCHASES


def judge(
    evaluation: Evaluation,
    rule: ModelRule,
    last: WeightsRecord,
    *,
    model: Mapping[str, Any],
    baseline: Mapping[str, Any] | None,
    label_days: int,
) -> Verdict:
    """Judges the model of a run or, if there is no baseline model, of a refresh.

    Args:
        evaluation: figures of the model as of the cut.
        rule: settings.
        last: record of the last blessed weights, which in a refresh are those of the model.
        model: the `lookbook.json` of the model as of the cut.
        baseline: the `lookbook.json` of the baseline model; None in a refresh.
        label_days: length of the judged week, in days.

    Raises:
        LookbookError: in a refresh, `last` has no MAP@12.
    """
    figures = evaluation.overall
    if baseline is not None:
        return judge_run(figures, rule, last, compared=baseline.get(RECOMMENDER) != OWN_PURCHASES)
    first = as_of(model)
    week = None if first is None else (first, first + datetime.timedelta(days=label_days - 1))
    return judge_refresh(figures, rule, last, week)
