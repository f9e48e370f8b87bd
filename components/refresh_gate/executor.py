"""The model gate of a refresh: whether the last blessed weights still do what they were blessed for."""

import dataclasses
import datetime

from components.evaluation.chance import certainly_below
from components.evaluation.report import LEAST_CUSTOMERS, Evaluation, Verdict
from components.freshness_gate.executor import seen

MIN_SHARE_OF_CUSTOMERS = 0.1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Blessed:
    """Blessed figures and training days of the weights of a refresh.

    Attributes:
        map_at_12: MAP@12 when they were blessed.
        customers: number of customers in that mean; None if the version does not record it.
        trained_until: they were trained on purchases dated before this day; None if the version does not record it.
    """

    map_at_12: float
    customers: int | None = None
    trained_until: datetime.date | None = None


def judge_refresh(
    evaluation: Evaluation,
    blessed: Blessed,
    margin: float,
    *,
    judged: tuple[datetime.date, datetime.date] | None = None,
) -> Verdict:
    """Holds the figure of the last label period to the one the weights were blessed with.

    The two are of different days and other customers, so there is no paired difference: what chance explains, given how
    many customers bought, is no fall. What the figure was when the weights passed the model gate stays the measure,
    however often they are refreshed: one that moved with each refresh would let a model sink by the margin every night.

    Args:
        evaluation: figures of the refreshed model as of the cut, on the label period from there.
        blessed: figures of the weights when they were blessed, and until when they were trained.
        margin: how far below that the figure may lie, in MAP@12.
        judged: first and last day of the label period, if known.
    """
    if judged is not None and blessed.trained_until is not None and judged[0] < blessed.trained_until:
        return _refused(seen(*judged, blessed.trained_until))
    customers = int(evaluation.overall["customers"])
    if customers < LEAST_CUSTOMERS:
        return _refused(
            f"the test week must have at least {LEAST_CUSTOMERS} customers who bought. It has {customers}: "
            "give data of more days"
        )
    if blessed.customers is not None and customers < MIN_SHARE_OF_CUSTOMERS * blessed.customers:
        return _refused(
            f"only {customers:,} customers bought in the test week, {blessed.customers:,} when the weights were "
            "blessed: see that the data are complete and their last days right; if the shop has shrunk, train anew"
        )
    now = evaluation.overall["map_at_12"]
    figures = f"MAP@12 {now:.4f}, {blessed.map_at_12:.4f} when the weights were blessed"
    if certainly_below(now, customers, max(blessed.map_at_12 - margin, 0.0)):
        why = f"has certainly fallen by more than evaluation.margin = {margin}"
        return _refused(f"{why}: {figures}: look at the last week's data, or train anew")
    return Verdict(passed=True, proven=False, line=f"passed: {figures}")


def _refused(why: str) -> Verdict:
    return Verdict(passed=False, proven=False, line=f"refused: {why}")
