"""Measures one model, or the simple rankings, on the last part of a shop."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.quality.time_split.config import TimeSplitConfig
from benchmarks.quality.time_split.figures import figures, sampled_figures
from benchmarks.quality.time_split.queries import BASKETS, CUSTOMERS, Queries, queries
from benchmarks.quality.time_split.rankings import Lists, of_model, simple
from benchmarks.quality.time_split.split import TimeSplit
from benchmarks.quality.time_split.training import train
from models.retrieval.transformed import TrainingData

ALL, NEW = "all", "new"  # all purchases; those of articles new to the customer, who is then not recommended old ones


def measure_model(data: TrainingData, split: TimeSplit, config: TimeSplitConfig) -> dict[str, Any]:
    """Trains a model and judges it.

    Args:
        data: tables and purchases.
        split: the parts.
        config: settings.

    Returns:
        Figures by kind of query, kind of purchase and ranking; `epoch` and `chosen_by` of `Trained`; `sampled`.
    """
    trained = train(data, split, config)
    model, gather = trained.model, trained.gather

    def rank(asked: Queries, exclude_past: bool) -> Lists:
        return of_model(model, gather, data.articles, asked, exclude_past)

    baskets = queries(data.purchases, split.judged, BASKETS)
    return {
        **_figures(data, split, rank),
        "epoch": trained.epoch,
        "chosen_by": trained.chosen_by,
        "sampled": sampled_figures(model, gather, baskets, trained.sold, config.retrieval.seed),
    }


def measure_simple(data: TrainingData, split: TimeSplit) -> dict[str, Any]:
    """Judges the simple rankings; arguments and result as for a model."""
    articles = len(data.articles.article_index) - 1
    return _figures(data, split, lambda asked, exclude: simple(data.purchases, split, asked, articles, exclude))


def _figures(data: TrainingData, split: TimeSplit, rank: Callable[[Queries, bool], Lists]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for kind in (CUSTOMERS, BASKETS):
        asked = queries(data.purchases, split.judged, kind)
        result[kind] = {}
        for what, judged in ((ALL, asked), (NEW, asked.only_new())):
            result[kind][what] = {
                "queries": len(judged.positions),
                "customers": len(np.unique(judged.customers)),
                "of": hashlib.blake2b(judged.positions.tobytes(), digest_size=8).hexdigest(),
                "rankings": {name: figures(lists, judged) for name, lists in rank(judged, what == NEW).items()},
            }
    return result
