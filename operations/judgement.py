"""Judges the pushed model and the simple baselines of the same SavedModel on given purchases.

All are judged on the same customers with the same state of the shop, so that their differences are paired by customer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any

from models.metrics import METRICS, Interval, bootstrap_intervals, per_customer
from operations.pushed import PushedModel

MODEL = "lookbook"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Judgement:
    """Figures of a model and its baselines.

    Attributes:
        version: number of the judged version.
        customers: number of customers in the purchases.
        figures: recommender ("lookbook", "own_purchases", "popular") to metric to mean and 95 % interval.
        differences: baseline to metric to mean and 95 % interval of the figure of lookbook minus the baseline's.
    """

    version: int
    customers: int
    figures: Mapping[str, Mapping[str, Interval]]
    differences: Mapping[str, Mapping[str, Interval]]

    def as_tree(self) -> dict[str, Any]:
        """Returns the figures as plain values for JSON."""
        return dataclasses.asdict(self)


def judge(
    model: PushedModel,
    bought: Mapping[str, Collection[str]],
    *,
    seed: int,
    draws: int = 1000,
    on_batch: Callable[[int], None] = lambda customers: None,
) -> Judgement:
    """Judges the model and its baselines on purchases.

    Args:
        model: the pushed model.
        bought: distinct articles that each customer bought, at least one each.
        seed: seed of the bootstrap over customers.
        draws: number of samples of the bootstrap.
        on_batch: called after each batch with its number of customers.
    """
    recommended: dict[str, list[list[str]]] = {MODEL: []}
    for (batch, ours), (_, baselines) in zip(model.recommend(bought), model.baselines(bought), strict=True):
        recommended[MODEL] += ours
        for name, lists in baselines.items():
            recommended.setdefault(name, []).extend(lists)
        on_batch(len(batch))
    values = {name: per_customer(lists, list(bought.values())) for name, lists in recommended.items()}
    columns = {(name, metric): values[name][metric] for name in values for metric in METRICS}
    columns |= {
        ("-" + name, metric): values[MODEL][metric] - values[name][metric]
        for name in values
        if name != MODEL
        for metric in METRICS
    }
    intervals = bootstrap_intervals(columns, seed=seed, draws=draws)
    return Judgement(
        version=model.version.number,
        customers=len(bought),
        figures={name: {metric: intervals[name, metric] for metric in METRICS} for name in values},
        differences={
            name: {metric: intervals["-" + name, metric] for metric in METRICS} for name in values if name != MODEL
        },
    )
