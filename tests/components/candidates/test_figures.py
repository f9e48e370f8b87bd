"""Shares of purchases among the candidates of a week, worked out by hand."""

import numpy as np
import pytest

from components.candidates.figures import WeekFigures
from components.candidates.lists import Labels


def labels(*purchases):
    """The purchases of one customer each."""
    counts = [len(articles) for articles in purchases]
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rows = np.array([article for articles in purchases for article in articles], np.int32)
    return Labels(np.arange(len(purchases), dtype=np.int32), offsets, rows)


def test_shares_are_means_over_customers_also_if_they_are_added_in_parts():
    figures = WeekFigures(["towers", "popular"])
    # Two purchases: one proposed by both channels, one by popular alone. Then four, of which towers finds one.
    figures.add(labels([1, 2]), np.array([[True, True, False]]), np.array([[0b11, 0b10, 0b01]]), candidates=3)
    figures.add(labels([1, 2, 3, 4]), np.array([[True, False, False]]), np.array([[0b01, 0b10, 0b11]]), candidates=2)
    tree = figures.as_tree()
    assert (tree["customers"], tree["candidates"]) == (2, 2.5)
    assert tree["recall"] == pytest.approx((1 + 1 / 4) / 2)
    assert tree["channels"] == {
        "towers": {"found": pytest.approx((1 / 2 + 1 / 4) / 2), "alone": pytest.approx((0 + 1 / 4) / 2)},
        "popular": {"found": pytest.approx((1 + 0) / 2), "alone": pytest.approx((1 / 2 + 0) / 2)},
    }


def test_random_lists_have_no_channels():
    figures = WeekFigures(["towers"])
    figures.add(labels([1]), np.array([[True]]), None, candidates=1)
    assert figures.as_tree() == {"customers": 1, "recall": 1.0, "candidates": 1.0, "channels": {}}


def test_a_week_without_customers_has_figures_of_zero():
    assert WeekFigures([]).as_tree() == {"customers": 0, "recall": 0.0, "candidates": 0.0, "channels": {}}
