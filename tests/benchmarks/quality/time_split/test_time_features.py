"""Weekday, month and weekend of days, and what the query makes of them."""

import datetime

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.quality.time_split.time_features import FEATURES, LatentCross, time_features

EPOCH = datetime.date(1970, 1, 1)


@pytest.mark.parametrize(
    ("date", "weekday", "month", "weekend"),
    [
        (datetime.date(1970, 1, 1), 3, 0, 0),  # a Thursday
        (datetime.date(2000, 2, 29), 1, 1, 0),  # a Tuesday
        (datetime.date(2010, 11, 21), 6, 10, 1),  # a Sunday
        (datetime.date(2020, 9, 19), 5, 8, 1),  # a Saturday
        (datetime.date(2019, 12, 31), 1, 11, 0),  # a Tuesday
    ],
)
def test_dates_have_the_features_of_the_calendar(date, weekday, month, weekend):
    found = time_features(tf.constant([(date - EPOCH).days]))
    assert [int(found[name]) for name in ("weekday", "month", "weekend")] == [weekday, month, weekend]


def test_all_days_of_a_century_have_the_features_of_pythons_calendar():
    days = np.arange(-3650, 36_500, dtype=np.int32)
    dates = [EPOCH + datetime.timedelta(days=int(day)) for day in days]
    found = time_features(tf.constant(days))
    np.testing.assert_array_equal(found["weekday"], [date.weekday() for date in dates])
    np.testing.assert_array_equal(found["month"], [date.month - 1 for date in dates])
    np.testing.assert_array_equal(found["weekend"], [date.weekday() >= 5 for date in dates])


def test_the_query_is_scaled_and_shifted_by_the_features_of_its_day():
    cross = LatentCross(2)
    cross.set_weights([np.full(weight.shape, 9.0) for weight in cross.weights])  # values of other days
    tables = {weight.name.split(":")[0]: weight for weight in cross.weights}
    assert set(tables) == set(FEATURES)
    # Sunday 2010-11-21: rows 6, 10 and 1, each with two scales and two shifts.
    for name, row, values in (
        ("weekday", 6, [0.5, 0, 1, 0]),
        ("month", 10, [0, 0, 0, 2]),
        ("weekend", 1, [0, 1, 0, 3]),
    ):
        tables[name].assign(tf.tensor_scatter_nd_update(tables[name], [[row]], [values]))
    changed = cross(tf.constant([[2.0, 4.0]]), tf.constant([(datetime.date(2010, 11, 21) - EPOCH).days]))
    np.testing.assert_allclose(changed, [[2.0 * 1.5 + 1.0, 4.0 * 2.0 + 5.0]])


def test_a_query_of_an_untrained_month_is_unchanged():
    query = tf.constant([[2.0, -4.0, 1.0]])
    np.testing.assert_array_equal(LatentCross(3)(query, tf.constant([14_934])), query)
