"""Inputs of the need model: the probability that a customer buys from a group of articles in the next week.

The formulas are written once. The fit computes them with NumPy and the served graph with TensorFlow, so that a weight
means the same in both.
"""

import dataclasses
from typing import Any

from transforms.features import OWNERSHIP_DECAY

NEED_KINDS = ("product_type_name", "garment_group_name")  # columns of articles whose values are the groups
INTERCEPT = "intercept"
NEED_WEEKS = (1, 4, 13)  # spans of the popularity of groups
_RATE_FLOOR, _SCORE_FLOOR = 0.02, 0.02
_CROSSES = (
    ("order_rate", "popularity_4w"),
    ("order_rate", "basket_size"),
    ("order_rate", "baskets"),
    ("order_rate", "order_rate"),
    ("popularity_4w", "popularity_4w"),
    ("popularity_4w", "basket_size"),
    ("popularity_4w", "baskets"),
    ("days_since_purchase", "gap_days"),
)


@dataclasses.dataclass(frozen=True)
class NeedFacts:
    """What the inputs are computed from: arrays of one shape, or of shapes that broadcast to it, floating point.

    Attributes:
        strength: sum of the strength of the group's articles in the customer's history.
        ownership: sum of their ownership.
        days_since: days since the customer's last purchase from the group; 0 if there is none.
        neighbour_score: score of the group in the linear next basket over groups.
        popularity: log share of a week's buyers who bought from the group, one array for each of `NEED_WEEKS`.
        baskets: number of the customer's baskets, at least 1.
        purchases: number of the customer's purchases.
        days_since_purchase: days since the customer's last purchase.
        span_days: days from the customer's first to the last purchase.
    """

    strength: Any
    ownership: Any
    days_since: Any
    neighbour_score: Any
    popularity: tuple[Any, Any, Any]
    baskets: Any
    purchases: Any
    days_since_purchase: Any
    span_days: Any


def need_inputs(math: Any, facts: NeedFacts) -> dict[str, Any]:
    """Computes the inputs of the logistic regression.

    Args:
        math: `numpy` or `tf.math`; needs `log`, `log1p` and `maximum`.
        facts: arrays of that library.

    Returns:
        Inputs by name, in the order of `NEED_INPUTS`, each of the broadcast shape of the facts it is computed from.
    """
    largest_ownership = (1.0 - OWNERSHIP_DECAY**facts.baskets) / (1.0 - OWNERSHIP_DECAY)
    inputs = {
        "strength": math.log1p(10.0 * facts.strength),
        "order_rate": math.log(facts.ownership / largest_ownership + _RATE_FLOOR),
        "days_since": math.log1p(facts.days_since),
        "neighbour_score": math.log(math.maximum(facts.neighbour_score, 0.0) + _SCORE_FLOOR),
        **{f"popularity_{weeks}w": share for weeks, share in zip(NEED_WEEKS, facts.popularity, strict=True)},
        "baskets": math.log1p(facts.baskets),
        "basket_size": math.log(facts.purchases / facts.baskets),
        "days_since_purchase": math.log1p(facts.days_since_purchase),
        "gap_days": math.log1p(facts.span_days / math.maximum(facts.baskets - 1.0, 1.0)),
    }
    return {**inputs, **{f"{a}*{b}": inputs[a] * inputs[b] for a, b in _CROSSES}}


NEED_INPUTS = (
    "strength",
    "order_rate",
    "days_since",
    "neighbour_score",
    *(f"popularity_{weeks}w" for weeks in NEED_WEEKS),
    "baskets",
    "basket_size",
    "days_since_purchase",
    "gap_days",
    *(f"{a}*{b}" for a, b in _CROSSES),
)
