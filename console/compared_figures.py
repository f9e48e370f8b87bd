"""Figures of two versions beside each other, as the Evaluator computed them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from console.versions import Version
from pages.interval import Interval

_METRICS = {
    "map_at_12": "MAP@12",
    "ndcg_at_12": "NDCG@12",
    "precision_at_12": "Precision@12",
    "recall_at_12": "Recall@12",
    "map_at_12/new_to_customer": "MAP@12, articles new to the customer",
}
_DIFFERENCES = {
    "difference_best_simple": "MAP@12 above the best simple baseline",
    "difference_last_blessed": "MAP@12 above the last blessed model",
}


@dataclasses.dataclass(frozen=True)
class ComparedFigure:
    """A figure of two versions.

    Attributes:
        title: name of the figure.
        now: that of the served version; None if it is unknown.
        before: that of the previous version; None if it is unknown or there is none.
        is_difference: whether it is a paired difference.
    """

    title: str
    now: Interval | None
    before: Interval | None
    is_difference: bool


def compared_figures(served: Version, previous: Version | None) -> tuple[ComparedFigure, ...]:
    """The figures that at least one of the versions has.

    Args:
        served: the served version.
        previous: the version before it; None if there is none.
    """
    rows = []
    for names, is_difference in ((_METRICS, False), (_DIFFERENCES, True)):
        for name, title in names.items():
            now = interval(served.figures, name, is_difference=is_difference)
            before = None if previous is None else interval(previous.figures, name, is_difference=is_difference)
            if now is not None or before is not None:
                rows.append(ComparedFigure(title, now, before, is_difference))
    return tuple(rows)


def interval(figures: Mapping[str, Any], name: str, *, is_difference: bool = False) -> Interval | None:
    """A figure of a version's description with its 95 % interval; None if it is not recorded.

    Args:
        figures: content of the version's `lookbook.json`.
        name: name of the figure.
        is_difference: whether the figure is a paired difference, whose mean has a name of its own.
    """
    found = figures.get("evaluation", {})
    try:
        mean = float(found[f"{name}/mean" if is_difference else name])
        bounds = [found.get(f"{name}/{bound}") for bound in ("low", "high")]
        return Interval(mean, *(None if bound is None else float(bound) for bound in bounds))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
