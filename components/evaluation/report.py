"""Reads what the Evaluator wrote: figures by slice, and the gate's verdict in one line."""

import dataclasses
import pathlib

from components.evaluation.config import EvaluationConfig
from components.evaluation.metric import GATE_LAST, GATE_SIMPLE, figures
from components.evaluation.moments import Moments
from models.rankings import OWN_PURCHASES, POPULAR

OVERALL = "all"
LEAST_CUSTOMERS = 2


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """Figures of one evaluation.

    Attributes:
        slices: by slice (`all`, `standing=new`, ...) the value of each name of `metric_names()`.
    """

    slices: dict[str, dict[str, float]]

    @property
    def overall(self) -> dict[str, float]:
        """Figures over all customers; those of nobody where TFMA wrote none for want of customers."""
        return self.slices.get(OVERALL) or figures(Moments())


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What the model gate decided.

    Attributes:
        passed: whether the model may be pushed.
        proven: whether it is better than the best simple baseline with certainty (l > 0).
        line: why, in one line.
    """

    passed: bool
    proven: bool
    line: str


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


def judge(evaluation: Evaluation, config: EvaluationConfig, first_run: bool) -> Verdict:
    """The gate's rule once more, in words; a test holds it to TFMA's thresholds.

    Fewer than two customers have no interval: its bounds are then infinite, which refuses the model.

    Args:
        evaluation: figures.
        config: margin and strictness.
        first_run: whether the baseline is the own-purchases recommender for want of a blessed model.
    """
    overall = evaluation.overall
    customers = int(overall["customers"])
    if customers < LEAST_CUSTOMERS:
        return Verdict(
            False,
            False,
            f"refused: the test week must have at least {LEAST_CUSTOMERS} customers who bought. It has {customers}: "
            "give data of more days",
        )
    simple = _Difference(overall, GATE_SIMPLE)
    last = _Difference(overall, GATE_LAST)
    name = "own purchases" if _best_is_own(overall) else "popular"
    against = f"MAP@12 {overall['map_at_12']:.4f}, {simple} against {name}"
    if not first_run:
        against += f", {last} against the last blessed model"
    proven = simple.low > 0
    if config.strict and not (proven and last.low > 0):
        return Verdict(False, proven, f"refused: not proven better, as evaluation.strict asks: {against}")
    if simple.high < 0:
        return Verdict(False, proven, f"refused: certainly worse than the best simple baseline: {against}")
    if last.low < -config.margin:
        why = f"may be worse than the last blessed model by more than evaluation.margin = {config.margin}"
        return Verdict(False, proven, f"refused: {why}: {against}")
    return Verdict(True, proven, f"passed, {'proven' if proven else 'unproven'}: {against}")


class _Difference:
    def __init__(self, figures: dict[str, float], gate: str):
        self.mean, self.low, self.high = (figures[f"{gate}/{bound}"] for bound in ("mean", "low", "high"))

    def __str__(self) -> str:
        return f"{self.mean:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"


def _best_is_own(figures: dict[str, float]) -> bool:
    return figures[f"map_at_12/{OWN_PURCHASES}"] >= figures[f"map_at_12/{POPULAR}"]


def _value(key) -> str:
    kind = key.WhichOneof("kind")
    value = getattr(key, kind)
    return value.decode() if isinstance(value, bytes) else str(value)
