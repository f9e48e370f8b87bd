"""The TFMA metric: all figures of all rankings and the bounds of the paired differences, in one computation.

README.md lists the names of the figures. `last_blessed` is the baseline model, which may be the own-purchases
recommender.
"""

import apache_beam as beam
import numpy as np
import scann  # noqa: F401  (registers the op that the judged SavedModel may hold)
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics import metric_types

from components.evaluation.figure_names import GATE_LAST, GATE_SIMPLE, bounds_of, interval_of
from components.evaluation.moments import Moments
from models.metrics import METRICS
from models.rankings import LAST_BLESSED, RANKINGS, RECOMMENDED

_OTHERS = (*(name for name in RANKINGS if name != RECOMMENDED), LAST_BLESSED)


class RankingMetrics(tfma.metrics.Metric):
    """Figures at 12 of a model whose signature `judge` returns `rankings`.

    Args:
        code_version: code version of the metrics, for TFX's cache.
        name: required by TFMA.
    """

    def __init__(self, code_version: str = "", name: str = "rankings"):
        super().__init__(_computations, code_version=code_version, name=name)


def _computations(
    code_version: str = "", name: str = "rankings", model_names: list[str] | None = None, **_
) -> metric_types.MetricComputations:
    del code_version, name
    names = model_names or [""]
    candidate = names[0]
    baseline = names[1] if len(names) > 1 else None
    keys = {metric: metric_types.MetricKey(name=metric, model_name=candidate) for metric in metric_names()}
    combiner = _Combiner(keys, candidate, baseline)
    return [metric_types.MetricComputation(keys=list(keys.values()), preprocessors=None, combiner=combiner)]


def metric_names() -> list[str]:
    """Names of all figures."""
    return list(figures(Moments()))


def figures(moments: Moments) -> dict[str, float]:
    """Returns the value of each of `metric_names()`."""
    values = {"customers": float(moments.customers)}
    for ranking in (RECOMMENDED, *_OTHERS):
        for metric in METRICS:
            bounds = moments.bounds(metric, ranking)
            values.update(zip(interval_of(metric, ranking), (bounds.mean, bounds.low, bounds.high), strict=True))
    for gate, other in ((GATE_SIMPLE, moments.best_simple()), (GATE_LAST, LAST_BLESSED)):
        bounds = moments.difference(other)
        values.update(zip(bounds_of(gate), (bounds.mean, bounds.low, bounds.high), strict=True))
    return values


class _Combiner(beam.CombineFn):
    def __init__(self, keys: dict, candidate: str, baseline: str | None):
        self._keys = keys
        self._candidate = candidate
        self._baseline = baseline

    def create_accumulator(self) -> Moments:
        return Moments()

    def add_input(self, accumulator: Moments, element: metric_types.StandardMetricInputs) -> Moments:
        rankings = _of_model(element.prediction, self._candidate)
        last = _of_model(element.prediction, self._baseline) if self._baseline else rankings
        purchased = _texts(_of_model(element.label, self._candidate)).ravel()
        accumulator.add(_texts(rankings), _texts(last)[0], [article for article in purchased if article])
        return accumulator

    def merge_accumulators(self, accumulators) -> Moments:
        merged = Moments()
        for accumulator in accumulators:
            merged = merged.merge(accumulator)
        return merged

    def extract_output(self, accumulator: Moments) -> dict:
        values = figures(accumulator)
        return {key: values[name] for name, key in self._keys.items()}


def _of_model(values, model: str | None):
    """The values of a model. TFMA keys values by model only if there are several models."""
    return values[model] if isinstance(values, dict) else values


def _texts(values) -> np.ndarray:
    """Converts a dense or sparse array of bytes to strings. Drops the batch dimension of 1 of rankings."""
    if hasattr(values, "values") and hasattr(values, "dense_shape"):
        values = values.values
    array = np.asarray(values)
    if array.ndim == 3:
        array = array[0]
    return np.char.decode(array.astype(bytes), "utf-8") if array.size else array.astype(str)
