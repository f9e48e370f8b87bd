"""Reads the figures by slice that the Evaluator wrote."""

import dataclasses
import pathlib

from components.evaluation.metric import figures
from components.evaluation.moments import Moments

OVERALL = "all"


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """Figures of one evaluation.

    Attributes:
        slices: slice (`all`, `standing=new`, ...) to name (`metric_names()`) to value.
    """

    slices: dict[str, dict[str, float]]

    @property
    def overall(self) -> dict[str, float]:
        """Figures over all customers; those of empty sums if TFMA wrote none because there are no customers."""
        return self.slices.get(OVERALL) or figures(Moments())


def read_evaluation(folder: pathlib.Path) -> Evaluation:
    """Reads the metrics TFMA wrote to an evaluation artifact."""
    import tensorflow_model_analysis as tfma

    slices = {}
    for metrics in tfma.load_metrics(str(folder)):
        keys = [f"{key.column}={_value(key)}" for key in metrics.slice_key.single_slice_keys]
        values = {
            item.key.name: item.value.double_value.value
            for item in metrics.metric_keys_and_values
            if item.key.model_name in ("", "candidate")
        }
        slices[",".join(keys) or OVERALL] = values
    return Evaluation(slices=slices)


def _value(key) -> str:
    kind = key.WhichOneof("kind")
    value = getattr(key, kind)
    return value.decode() if isinstance(value, bytes) else str(value)
