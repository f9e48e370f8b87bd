"""Training uses the first part alone, and the second part for the choice of the epoch alone."""

import dataclasses

import numpy as np
import pytest

from benchmarks.quality.time_split.split import split_by_time
from benchmarks.quality.time_split.training import MONITORED, train
from models.retrieval.purchases import sort_purchases
from models.retrieval.validation import measure


@pytest.fixture(scope="module")
def split(data):
    return split_by_time(data.purchases.days, 0.7, 0.15)


def with_others(data, first, end):
    """The shop in which half of the purchases of some days are missing, and the others are of other articles."""
    old = data.purchases
    chosen = (old.days >= first) & (old.days < end)
    kept = ~chosen | (np.arange(len(old.days)) % 2 == 0)
    articles = np.where(chosen, 29 - old.article_rows, old.article_rows)
    columns = (old.customer_rows, articles, old.days, old.weeks)
    return dataclasses.replace(data, purchases=sort_purchases(*(values[kept] for values in columns)))


def assert_equal_weights(one, other):
    for ours, theirs in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.fixture(scope="module")
def trained(data, split, config):
    return train(data, split, config.replace(retrieval=config.retrieval.replace(epochs=3)))


def test_the_weights_are_those_of_the_epoch_that_was_best_on_the_second_part(data, split, config, trained):
    again = measure(trained.model, trained.gather, split.choose_positions(data.purchases), data.articles)
    assert again[MONITORED] == pytest.approx(trained.chosen_by)
    assert 1 <= trained.epoch <= 3


def test_purchases_of_the_judged_part_change_nothing(data, split, config, trained):
    changed = with_others(data, split.judged, 10**6)
    assert len(changed.purchases.days) < len(data.purchases.days)
    other = train(changed, split, config.replace(retrieval=config.retrieval.replace(epochs=3)))
    assert (other.epoch, other.chosen_by) == (trained.epoch, trained.chosen_by)
    assert_equal_weights(other, trained)


def test_purchases_of_the_second_part_change_no_weight_of_an_epoch(data, split, config):
    one, other = (train(each, split, config) for each in (data, with_others(data, split.choose, split.judged)))
    assert other.chosen_by != one.chosen_by
    assert_equal_weights(other, one)
    np.testing.assert_array_equal(one.sold, np.unique(data.purchases.article_rows[data.purchases.days < split.choose]))
