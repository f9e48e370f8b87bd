"""Which articles are available on a day, worked out by hand for seven articles."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from transforms.availability import availability_rows, available_articles, launch_days
from transforms.calendar import day_of

D = datetime.date
IDS = pa.chunked_array([["a", "b", "c", "d", "e", "f", "g"]])
DAY = day_of(D(2020, 9, 22))


@pytest.fixture(scope="module")
def rows():
    """`f` and `g` have no row or an empty one."""
    return availability_rows(
        pa.table(
            {
                "article_id": ["a", "b", "c", "d", "e", "g"],
                "available_from": pa.array([D(2020, 9, 22), D(2020, 9, 23), None, None, D(2020, 9, 1), None]),
                "available_to": pa.array([None, None, D(2020, 9, 22), D(2020, 9, 21), D(2020, 9, 30), None]),
                "stock": pa.array([None, 5.0, None, 5.0, 0.0, None]),
            }
        ),
        IDS,
    )


@pytest.mark.parametrize(
    ("day", "with_stock", "available"),
    [
        (DAY, False, "acefg"),  # b begins a day later, d ended a day before
        (DAY, True, "acfg"),  # e has no stock
        (DAY - 1, False, "cdefg"),
        (DAY + 1, False, "abefg"),
    ],
)
def test_dates_are_inclusive_and_the_stock_must_be_above_0(rows, day, with_stock, available):
    found = available_articles(rows, 7, day, with_stock=with_stock)
    assert "".join(np.array(IDS.to_pylist())[found]) == available


@pytest.mark.parametrize(("stock", "available"), [(-1.0, False), (0.0, False), (0.5, True), (None, True)])
def test_a_stock_of_0_or_less_is_none(stock, available):
    rows = availability_rows(
        pa.table(
            {
                "article_id": ["a"],
                "available_from": pa.array([None], pa.date32()),
                "available_to": pa.array([None], pa.date32()),
                "stock": pa.array([stock], pa.float64()),
            }
        ),
        IDS,
    )
    assert bool(available_articles(rows, 7, DAY, with_stock=True)[0]) is available


def test_launch_days_are_those_of_available_from(rows):
    assert launch_days(rows, 7).tolist()[:2] == [DAY, DAY + 1]
    assert np.isnan(launch_days(rows, 7)[[2, 3, 5, 6]]).all()
