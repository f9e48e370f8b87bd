"""Purchases are split at whole days, first come first."""

import numpy as np
import pytest

from benchmarks.quality.time_split.split import split_by_time
from models.retrieval.purchases import sort_purchases
from transforms.errors import DataError


def test_twenty_days_of_one_purchase_are_split_after_fourteen_and_seventeen():
    days = np.random.default_rng(0).permutation(np.arange(100, 120))
    split = split_by_time(days, 0.7, 0.15)
    assert (split.choose, split.judged) == (114, 117)


def test_the_day_within_which_a_share_ends_belongs_to_the_later_part():
    # 7 of 10 purchases end within day 3, and 8.5 within day 5.
    days = np.array([1, 1, 1, 2, 2, 3, 3, 3, 5, 6])
    split = split_by_time(days, 0.7, 0.15)
    assert (split.choose, split.judged) == (3, 5)
    purchases = sort_purchases(np.arange(10) % 3, np.arange(10), days, np.zeros(10))

    def bought_on(positions):
        return sorted(purchases.days[positions].tolist())

    assert bought_on(split.train_positions(purchases)) == [1, 1, 1, 2, 2]
    assert bought_on(split.choose_positions(purchases)) == [3, 3, 3]
    assert bought_on(split.judged_positions(purchases)) == [5, 6]


@pytest.mark.parametrize("days", [[], [4], [1, 1, 1, 1, 1, 1, 1, 2, 2, 2]])
def test_data_of_too_few_days_are_refused(days):
    with pytest.raises(DataError, match="enough days for three parts"):
        split_by_time(np.array(days, int), 0.7, 0.15)
