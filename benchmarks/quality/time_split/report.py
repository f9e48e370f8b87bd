"""Tables of the models under a split by time."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.document import table
from benchmarks.quality.formatting import mean, signed, words
from benchmarks.quality.time_split.split import TimeSplit
from models.metrics import bootstrap_interval
from transforms.calendar import date_of

COMMAND = "make quality-time-split"
Models = dict[str, list[dict[str, Any]]]
# What each model has that the preset does not; the last is the preset.
VARIANTS: dict[str, dict[str, Any]] = {
    "retrieval loss": {"ranking_weight": 0.0, "time_features": False},
    "retrieval loss, time features": {"ranking_weight": 0.0},
    "joint loss": {"time_features": False},
    "joint loss, time features": {},
}
_SIMPLE = {
    "popular_train": "popular in the training part",
    "popular": "popular in the last 28 days before",
    "own": "own purchases, then popular",
}
_COLUMNS = {
    f"{name}_at_{k}": f"{short}@{k}"
    for name, short in (("precision", "Precision"), ("recall", "Recall"), ("ndcg", "NDCG"))
    for k in (5, 10, 12)
}
_NDCG = "ndcg_at_12"
_SEED = 0


@dataclasses.dataclass(frozen=True)
class Measured:
    """Figures of a shop.

    Attributes:
        split: the parts.
        days: `[n]` int32 days of all purchases.
        simple: figures of the simple rankings.
        models: for each of `VARIANTS` its figures with each seed.
    """

    split: TimeSplit
    days: np.ndarray
    simple: Mapping[str, Any]
    models: Models

    def values(self, model: str, kind: str, what: str, ranking: str, metric: str) -> np.ndarray:
        """A metric of each customer, mean of the seeds, `[customers]`.

        Args:
            model: one of `VARIANTS`, or "" for the simple rankings.
            kind: kind of query.
            what: kind of purchase.
            ranking: name of the ranking.
            metric: one of `METRICS`.
        """
        seeds = self.models[model] if model else [self.simple]
        return np.mean([each[kind][what]["rankings"][ranking][metric] for each in seeds], axis=0)


def render(shop: str, measured: Measured) -> str:
    """A Markdown text of all tables of a shop.

    Args:
        shop: name of the data.
        measured: its figures.
    """
    texts = [f"#### {shop}", _parts(measured)]
    for what, title in (
        ("all", "All purchases, one list for each customer:"),
        ("new", "Articles new to the customer; those bought before are left out of the list:"),
    ):
        counted = measured.simple["customers"][what]["customers"]
        texts += [f"{title[:-1]} ({counted:,} customers):", _rankings(measured, what)]
    texts += ["NDCG@12, what each part adds:", _effects(measured)]
    texts += ["Epoch, and purchases separated from random articles:", _training(measured)]
    return "\n\n".join(texts)


def _parts(measured: Measured) -> str:
    split, days = measured.split, measured.days
    bounds = (int(days.min()), split.choose, split.judged, int(days.max()) + 1)
    rows = [
        (name, date_of(first), date_of(end - 1), f"{int(((days >= first) & (days < end)).sum()):,}")
        for name, first, end in zip(("train", "choose", "judge"), bounds, bounds[1:], strict=False)
    ]
    return table(("part", "first day", "last day", "purchases"), rows)


def _rankings(measured: Measured, what: str) -> str:
    chosen = [("", name, label) for name, label in _SIMPLE.items() if name in _names(measured, "", what)]
    for model in VARIANTS:
        orders = _names(measured, model, what)
        chosen.append((model, "towers", f"{model}: towers" if len(orders) > 1 else model))
        if "ranker" in orders:
            chosen.append((model, "ranker", f"{model}: ranker"))
    rows = []
    for model, ranking, label in chosen:
        columns = [measured.values(model, "customers", what, ranking, metric) for metric in _COLUMNS]
        interval = words(bootstrap_interval(columns[-1], seed=_SEED))
        rows.append((label, *map(mean, columns[:-1]), interval))
    return table(("ranking", *_COLUMNS.values()), rows)


def _effects(measured: Measured) -> str:
    alone, timed, joint, both = VARIANTS
    compared = (
        ("the joint loss, without time features", (joint, "towers"), (alone, "towers")),
        ("the joint loss, with time features", (both, "towers"), (timed, "towers")),
        ("time features, retrieval loss", (timed, "towers"), (alone, "towers")),
        ("time features, joint loss", (both, "towers"), (joint, "towers")),
        ("the order of the ranker, with time features", (both, "ranker"), (both, "towers")),
    )
    rows = []
    for label, ours, theirs in compared:
        cells = []
        for kind, what in (("customers", "all"), ("customers", "new"), ("baskets", "all")):
            difference = np.subtract(
                *(measured.values(model, kind, what, ranking, _NDCG) for model, ranking in (ours, theirs))
            )
            cells.append(signed(bootstrap_interval(difference, seed=_SEED)))
        rows.append((label, *cells))
    header = ("what is added", "one list a customer", "the same, new articles", "one list a customer and day")
    return table(header, rows)


def _training(measured: Measured) -> str:
    rows = []
    for model in VARIANTS:
        seeds = measured.models[model]
        sampled = [
            f"{np.mean([each['sampled'][name] for each in seeds]):.4f}" if name in seeds[0]["sampled"] else ""
            for name in ("auc", "precision", "recall")
        ]
        epochs = ", ".join(str(each["epoch"]) for each in seeds)
        recall = f"{np.mean([each['chosen_by'] for each in seeds]):.4f}"
        rows.append((model, epochs, recall, *sampled))
    header = ("model", "epoch by seed", "recall@12 of the second part", "AUC", "precision at 0.5", "recall at 0.5")
    return table(header, rows)


def _names(measured: Measured, model: str, what: str) -> Sequence[str]:
    result = measured.models[model][0] if model else measured.simple
    return list(result["customers"][what]["rankings"])
