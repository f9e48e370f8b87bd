"""TFMA's configuration: models, slices and metric. It has no thresholds, because the model gate judges the figures."""

import json

import tensorflow_model_analysis as tfma

from transforms import columns

SLICES = ("age_group", columns.CLUB_STATUS, "activity", "standing")
LABEL = "purchased"
METRICS_MODULE = "components.evaluation.metric"


def eval_config(code_version: str, *, baseline: bool) -> tfma.EvalConfig:
    """Returns the configuration of TFX's Evaluator.

    Args:
        code_version: code version of the metrics.
        baseline: whether there is a baseline model.
    """
    models = ["candidate", "baseline"] if baseline else ["candidate"]
    spec = {"signature_name": "judge", "label_key": LABEL, "prediction_key": "rankings", "model_type": "tf_generic"}
    metric = tfma.MetricConfig(
        class_name="RankingMetrics",
        module=METRICS_MODULE,
        config=json.dumps({"code_version": code_version, "name": "rankings"}),
    )
    return tfma.EvalConfig(
        model_specs=[tfma.ModelSpec(name=name, is_baseline=name == "baseline", **spec) for name in models],
        slicing_specs=[tfma.SlicingSpec(), *(tfma.SlicingSpec(feature_keys=[key]) for key in SLICES)],
        metrics_specs=[tfma.MetricsSpec(metrics=[metric], model_names=models)],
        options=tfma.Options(include_default_metrics={"value": False}),
    )
