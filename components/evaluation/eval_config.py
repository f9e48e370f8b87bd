"""TFMA's configuration: models, slices, metric and the thresholds of the model gate."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow_model_analysis as tfma

from components.evaluation.config import EvaluationConfig
from components.evaluation.metric import GATE_LAST, GATE_SIMPLE
from transforms import columns

SLICES = ("age_group", columns.CLUB_STATUS, "activity", "standing")
LABEL = "purchased"
_ABOVE_ZERO = sys.float_info.min  # a threshold is met by what equals it


def eval_config(config: EvaluationConfig, code_version: str) -> tfma.EvalConfig:
    """The configuration TFX's Evaluator is given.

    The gate refuses what is certainly worse than the best simple baseline (upper bound below 0) or what may be worse
    than the last blessed model by more than the margin (lower bound below -margin); strictly, both lower bounds must
    be above 0. Thresholds hold for all customers together; slices are reported.

    Args:
        config: margin and strictness.
        code_version: of the metrics' code.
    """
    least = {f"{GATE_SIMPLE}/high": 0.0, f"{GATE_LAST}/low": -config.margin}
    if config.strict:
        least = {f"{GATE_SIMPLE}/low": _ABOVE_ZERO, f"{GATE_LAST}/low": _ABOVE_ZERO}
    thresholds = {
        name: tfma.PerSliceMetricThresholds(
            thresholds=[
                tfma.PerSliceMetricThreshold(
                    slicing_specs=[tfma.SlicingSpec()],
                    threshold=tfma.MetricThreshold(
                        value_threshold=tfma.GenericValueThreshold(lower_bound={"value": low})
                    ),
                )
            ]
        )
        for name, low in least.items()
    }
    return _config(["candidate", "baseline"], code_version, thresholds)


def figures_config(code_version: str) -> tfma.EvalConfig:
    """The configuration where there is one model and the gate is another step: the same figures, no thresholds.

    Args:
        code_version: of the metrics' code.
    """
    return _config(["candidate"], code_version, {})


def _config(models: Sequence[str], code_version: str, thresholds: Mapping[str, Any]) -> tfma.EvalConfig:
    spec = {"signature_name": "judge", "label_key": LABEL, "prediction_key": "rankings", "model_type": "tf_generic"}
    metric = tfma.MetricConfig(
        class_name="RankingMetrics",
        module="components.evaluation.metric",
        config=json.dumps({"code_version": code_version, "name": "rankings"}),
    )
    return tfma.EvalConfig(
        model_specs=[tfma.ModelSpec(name=name, is_baseline=name == "baseline", **spec) for name in models],
        slicing_specs=[tfma.SlicingSpec(), *(tfma.SlicingSpec(feature_keys=[key]) for key in SLICES)],
        metrics_specs=[tfma.MetricsSpec(metrics=[metric], model_names=models, per_slice_thresholds=thresholds)],
        options=tfma.Options(include_default_metrics={"value": False}),
    )
