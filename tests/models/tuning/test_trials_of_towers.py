"""A trial of the towers is trained and scored on purchases before the test week."""

import dataclasses

import numpy as np
import pytest

from models.tuning.towers import before_test_week
from tests import tiny_shop
from tests.tiny_training import read_data, with_purchases


@pytest.fixture(scope="module")
def data(transformed):
    return read_data(transformed)


def columns(purchases):
    return {field.name: getattr(purchases, field.name) for field in dataclasses.fields(purchases)}


def test_purchases_from_the_test_week_on_are_removed_and_the_list_weeks_stay(data, tiny):
    kept = before_test_week(data, tiny.calendar.list_weeks).purchases
    assert set(kept.weeks) == {0, *range(1, tiny.calendar.list_weeks + 1)}
    assert kept.days.max() == tiny.calendar.cut - 1
    assert len(kept.days) == (data.purchases.days < tiny.calendar.cut).sum()


def test_other_purchases_in_the_test_week_leave_the_same_training_data(data, tiny, transformed, tmp_path):
    cut = tiny.calendar.cut
    bought = [row if row[0] < cut else (row[0], "c045", tiny_shop.article_id(7), 9.0) for row in tiny_shop.purchases()]
    place = tiny_shop.build(tmp_path, sorted({*bought, (tiny.calendar.end - 1, "c000", tiny_shop.article_id(0), 0.01)}))
    changed = with_purchases(data, place, transformed)
    assert len(changed.purchases.days) != len(data.purchases.days)
    found, wanted = (before_test_week(each, tiny.calendar.list_weeks) for each in (changed, data))
    for name, values in columns(wanted.purchases).items():
        np.testing.assert_array_equal(getattr(found.purchases, name), values)
    assert found.articles is data.articles
