"""The model gate of a refresh: whether the last blessed weights still do what they were blessed for."""

import math

from components.evaluation.report import LEAST_CUSTOMERS, Evaluation, Verdict


def judge_refresh(evaluation: Evaluation, blessed_map_at_12: float, margin: float) -> Verdict:
    """Holds the figure of the last label period to the one the weights were blessed with.

    The two are of different days and other customers, so there is no paired difference and no interval. What the
    figure was when the weights passed the model gate stays the measure, however often they are refreshed: a
    measure that moved with each refresh would let a model sink by the margin every night.

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
    if math.isnan(now) or now < blessed_map_at_12 - margin:
        why = f"refused: has fallen by more than evaluation.margin = {margin}"
        return Verdict(
            passed=False, proven=False, line=f"{why}: {figures}: look at the last week's data, or train anew"
        )
    return Verdict(passed=True, proven=False, line=f"passed: {figures}")
