"""The tables of a shop whose figures are known."""

import numpy as np
import pytest

from benchmarks.quality.time_split.figures import METRICS
from benchmarks.quality.time_split.report import VARIANTS, Measured, render
from benchmarks.quality.time_split.split import TimeSplit


def figures(value: float) -> dict:
    """The same value for each metric of two customers, half of it for the second one."""
    return {metric: [value, value / 2] for metric in METRICS}


def result(rankings: dict[str, float]) -> dict:
    def of(what):
        kept = {name: figures(value) for name, value in rankings.items() if what == "all" or name != "own"}
        return {"queries": 2, "customers": 2, "of": "x", "rankings": kept}

    return {kind: {what: of(what) for what in ("all", "new")} for kind in ("customers", "baskets")}


@pytest.fixture(scope="module")
def text():
    alone, timed, joint, both = VARIANTS
    sampled = {"auc": 0.7}
    models = {
        alone: [
            {**result({"towers": value}), "epoch": 3, "chosen_by": 0.5, "sampled": sampled} for value in (0.1, 0.3)
        ],
        timed: [{**result({"towers": 0.4}), "epoch": 4, "chosen_by": 0.5, "sampled": sampled}] * 2,
    }
    ranked = {**sampled, "precision": 0.8, "recall": 0.25}
    for name, value in ((joint, 0.8), (both, 0.6)):
        rankings = {"towers": value, "ranker": 0.2}
        models[name] = [{**result(rankings), "epoch": 5, "chosen_by": 0.5, "sampled": ranked}] * 2
    days = np.array([18_000] * 7 + [18_001] * 2 + [18_005] * 3)
    simple = result({"popular_train": 0.04, "popular": 0.08, "own": 0.12})
    return render("shop", Measured(TimeSplit(18_001, 18_002), days, simple, models))


def test_parts_are_listed_with_their_days_and_purchases(text):
    assert "| train | 2019-04-14 | 2019-04-14 | 7 |" in text
    assert "| choose | 2019-04-15 | 2019-04-15 | 2 |" in text
    assert "| judge | 2019-04-16 | 2019-04-19 | 3 |" in text


def test_seeds_and_customers_are_averaged(text):
    # Seeds 0.1 and 0.3 give 0.2 and 0.1 for the two customers.
    assert "| retrieval loss | 0.1500 | 0.1500 |" in text
    assert "| popular in the last 28 days before | 0.0600 |" in text
    assert "| joint loss, time features: ranker | 0.1500 |" in text
    assert text.count("own purchases, then popular") == 1  # there are none in a list of new articles


def test_parts_are_compared_customer_by_customer(text):
    # The joint loss adds 0.8 - 0.2 and 0.4 - 0.1: on average 0.45, between 0.3 and 0.6.
    assert "| the joint loss, without time features | +0.4500 [+0.3000, +0.6000] |" in text
    assert "| time features, joint loss | -0.1500 [-0.2000, -0.1000] |" in text


def test_epochs_and_sampled_figures_are_listed(text):
    assert "| retrieval loss | 3, 3 | 0.5000 | 0.7000 |  |  |" in text
    assert "| joint loss | 5, 5 | 0.5000 | 0.7000 | 0.8000 | 0.2500 |" in text
