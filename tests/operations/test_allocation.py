"""The greedy allocator on cases worked out by hand."""

import numpy as np
import pytest

from operations.allocation import NOT_PROPOSED, Proposals, Step, allocate

NO = NOT_PROPOSED


def proposals(ranks, recalls, lists=1):
    return Proposals(np.array(ranks, np.int16), np.array(recalls), lists)


def test_the_channel_with_most_recall_per_candidate_grows_first():
    # One list. The first channel proposes two articles of which the second was bought; the second channel one that was.
    found = proposals([[0, NO], [1, NO], [NO, 0]], [0.0, 0.5, 0.5])
    assert list(allocate(found, 3, 1)) == [Step(1, 1, 0.5, 1.0), Step(0, 2, 1.0, 3.0)]


def test_an_article_that_another_channel_proposes_adds_neither_recall_nor_a_candidate():
    # Both channels begin with the same bought article; the second goes on to another one, which then costs one.
    found = proposals([[0, 0], [NO, 1]], [0.5, 0.25])
    assert list(allocate(found, 2, 1)) == [Step(0, 1, 0.5, 1.0), Step(1, 2, 0.75, 2.0)]


def test_sizes_are_multiples_of_the_unit():
    found = proposals([[0], [1], [2]], [0.0, 0.0, 0.5])
    assert list(allocate(found, 3, 2)) == [Step(0, 4, 0.5, 3.0)]


def test_the_budget_is_the_mean_number_of_candidates():
    # Two lists have the bought article first, and one of them a second one: 1.5 candidates on average.
    found = proposals([[0], [0], [1]], [0.25, 0.25, 0.25], lists=2)
    assert list(allocate(found, 1.4, 1)) == [Step(0, 1, 0.5, 1.0)]
    assert list(allocate(found, 1.5, 1)) == [Step(0, 1, 0.5, 1.0), Step(0, 2, 0.75, 1.5)]


@pytest.mark.parametrize("ranks", [[[NO, NO]], [[0, 1]]])
def test_nothing_is_chosen_where_no_channel_proposes_a_bought_article(ranks):
    assert list(allocate(proposals(ranks, [0.0]), 10, 1)) == []
