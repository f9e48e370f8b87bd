"""The rules of the model gate for runs and refreshes, as functions of figures.

The rule of a run compares the new model with others on the same customers, by the 95 % interval of the paired
difference. The rule of a refresh, which has no new weights, compares MAP@12 with that with which the weights were
blessed. These figures are from different weeks and customers, so there is no paired difference, and only a fall larger
than chance explains counts.
"""

import datetime
from collections.abc import Mapping

from components.evaluation.figure_names import BOUNDS, GATE_LAST, GATE_SIMPLE, bounds_of
from components.gates.freshness.executor import seen
from components.gates.model.chance import certainly_below
from components.gates.verdict import Verdict
from components.weights import WeightsRecord
from models.rankings import OWN_PURCHASES, POPULAR
from transforms.errors import LookbookError
from transforms.settings import Settings

MIN_CUSTOMERS = 2
MIN_SHARE_OF_CUSTOMERS = 0.1
OWN_PURCHASES_TITLE = "own purchases"
Figures = Mapping[str, float]


class ModelRule(Settings):
    """Settings of the rule.

    Attributes:
        margin: `evaluation.margin`.
        strict: `evaluation.strict`.
        min_share: `push.min_share`.
    """

    margin: float
    strict: bool
    min_share: float


def judge_run(figures: Figures, rule: ModelRule, last: WeightsRecord, *, compared: bool) -> Verdict:
    """Judges a newly trained model.

    Args:
        figures: figures of all customers, from the Evaluator.
        rule: settings.
        last: record of the last blessed weights.
        compared: whether the baseline model has these weights. If not, it is the own-purchases recommender.
    """
    simple, against_last = _Difference(figures, GATE_SIMPLE), _Difference(figures, GATE_LAST)
    proven = simple.low > 0
    simple_name, baseline = _best_simple(figures), "the last blessed model" if compared else OWN_PURCHASES_TITLE
    shown = {name: figures[name] for name in ("customers", "map_at_12", *bounds_of(GATE_SIMPLE))}
    shown_as = GATE_LAST if compared else f"difference_{OWN_PURCHASES}"
    shown |= {f"{shown_as}/{bound}": figures[f"{GATE_LAST}/{bound}"] for bound in BOUNDS}

    def refused(why: str) -> Verdict:
        return Verdict(passed=False, proven=proven, line=f"refused: {why}", figures=shown)

    if few := _too_few(figures):
        return refused(few)
    comparison = f"MAP@12 {figures['map_at_12']:.4f}, {simple} against {simple_name}"
    if baseline != simple_name:
        comparison += f", {against_last} against {baseline}"
    if rule.strict and not (proven and against_last.low > 0):
        return refused(f"not proven better, as evaluation.strict requires: {comparison}")
    if simple.high < 0:
        return refused(f"certainly worse than the best simple baseline: {comparison}")
    if against_last.low < -rule.margin:
        why = f"may be worse than {baseline} by more than evaluation.margin = {rule.margin}"
        return refused(f"{why}: {comparison}")
    if low := _below_the_share(figures, rule, last):
        return refused(low)
    line = f"passed, {'proven' if proven else 'unproven'}: {comparison}"
    return Verdict(passed=True, proven=proven, line=line, figures=shown)


def judge_refresh(
    figures: Figures, rule: ModelRule, last: WeightsRecord, week: tuple[datetime.date, datetime.date] | None
) -> Verdict:
    """Judges the last blessed weights on the last label period.

    MAP@12 is always compared with the figure with which the weights passed the model gate of the run that trained them.
    If it were compared with the figure of the previous refresh, a model could lose the margin in every refresh.

    Args:
        figures: figures of all customers, from the Evaluator, for the model as of the cut.
        rule: settings; `strict` is not used.
        last: record of the weights.
        week: first and last day of the label period; None if unknown.

    Raises:
        LookbookError: `last` has no MAP@12.
    """
    blessed = last.blessed_map_at_12
    if blessed is None:
        raise LookbookError(
            "a refresh needs blessed_map_at_12, the MAP@12 of the last blessed weights. Their version does not "
            "record it in assets.extra/lookbook.json; train again with `lookbook run`"
        )
    now, customers = figures["map_at_12"], int(figures["customers"])
    shown = {"customers": figures["customers"], "map_at_12": now, "blessed_map_at_12": blessed}

    def refused(why: str) -> Verdict:
        return Verdict(passed=False, line=f"refused: {why}", figures=shown)

    if week is not None and last.trained_until is not None and week[0] < last.trained_until:
        return refused(seen(*week, last.trained_until))
    if few := _too_few(figures) or _fewer_than_blessed(figures, last):
        return refused(few)
    comparison = f"MAP@12 {now:.4f}, {blessed:.4f} when the weights were blessed"
    if certainly_below(now, customers, max(blessed - rule.margin, 0.0)):
        why = f"has certainly fallen by more than evaluation.margin = {rule.margin}"
        return refused(f"{why}: {comparison}: check the last week's data, or train again")
    if low := _below_the_share(figures, rule, last):
        return refused(low)
    return Verdict(passed=True, line=f"passed: {comparison}", figures=shown)


def _too_few(figures: Figures) -> str | None:
    """The reason to refuse if too few customers bought for an interval; else None."""
    customers = int(figures["customers"])
    if customers >= MIN_CUSTOMERS:
        return None
    return (
        f"the test week must have at least {MIN_CUSTOMERS} customers who bought. It has {customers}: "
        "give data of more days"
    )


def _fewer_than_blessed(figures: Figures, last: WeightsRecord) -> str | None:
    customers = int(figures["customers"])
    if last.blessed_customers is None or customers >= MIN_SHARE_OF_CUSTOMERS * last.blessed_customers:
        return None
    return (
        f"only {customers:,} customers bought in the test week, {last.blessed_customers:,} when the weights were "
        "blessed: check that the data are complete up to the last day; if the shop has shrunk, train again"
    )


def _below_the_share(figures: Figures, rule: ModelRule, last: WeightsRecord) -> str | None:
    """The reason to refuse if the data may be corrupt, which a paired difference does not show; else None."""
    now, blessed = figures["map_at_12"], last.blessed_map_at_12
    if blessed is None or not certainly_below(now, int(figures["customers"]), rule.min_share * blessed):
        return None
    return (
        f"MAP@12 {now:.4f} is certainly less than push.min_share = {rule.min_share:g} of the {blessed:.4f} that "
        "the last blessed weights had: check the last week's data; if the shop has changed, --set push.min_share=0"
    )


def _best_simple(figures: Figures) -> str:
    own, popular = (figures[f"map_at_12/{name}"] for name in (OWN_PURCHASES, POPULAR))
    return OWN_PURCHASES_TITLE if own >= popular else "popular"


class _Difference:
    def __init__(self, figures: Figures, gate: str):
        self.mean, self.low, self.high = (figures[name] for name in bounds_of(gate))

    def __str__(self) -> str:
        return f"{self.mean:+.4f} [{self.low:+.4f}, {self.high:+.4f}]"
