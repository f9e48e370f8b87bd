"""The model gate of a refresh: whether the last blessed weights still do what they were blessed for."""

from components.evaluation.chance import certainly_below
from components.evaluation.report import LEAST_CUSTOMERS, Evaluation, Verdict


def judge_refresh(evaluation: Evaluation, blessed_map_at_12: float, margin: float) -> Verdict:
    """Holds the figure of the last label period to the one the weights were blessed with.

    The two are of different days and other customers, so there is no paired difference: what chance explains, given how
    many customers bought, is no fall. What the figure was when the weights passed the model gate stays the measure,
    however often they are refreshed: one that moved with each refresh would let a model sink by the margin every night.

    Args:
        evaluation: figures of the refreshed model as of the cut, on the label period from there.
        blessed_map_at_12: what the weights had when they were blessed.
        margin: how far below that the figure may lie, in MAP@12.
    """
    customers = int(evaluation.overall["customers"])
    if customers < LEAST_CUSTOMERS:
        line = (
            f"refused: the test week must have at least {LEAST_CUSTOMERS} customers who bought. It has {customers}: "
            "give data of more days"
        )
        return Verdict(passed=False, proven=False, line=line)
    now = evaluation.overall["map_at_12"]
    figures = f"MAP@12 {now:.4f}, {blessed_map_at_12:.4f} when the weights were blessed"
    if certainly_below(now, customers, max(blessed_map_at_12 - margin, 0.0)):
        why = f"refused: has certainly fallen by more than evaluation.margin = {margin}"
        return Verdict(
            passed=False, proven=False, line=f"{why}: {figures}: look at the last week's data, or train anew"
        )
    return Verdict(passed=True, proven=False, line=f"passed: {figures}")
