"""The figures of the outlook, on a shop with known sales."""

import datetime

import numpy as np
import pytest

from benchmarks.quality.outlook import forecast_weeks, render, share_sold_by_last_week
from components.features.article_weeks import ArticleWeeks
from tests.csv_shop import write_csvs

ARTICLES, WEEKS = 30, 24
FIRST = datetime.date(2020, 1, 1)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A third of the articles is sold twice in each week, a third in every other week, and a third never."""
    ids = [f"{i:010d}" for i in range(ARTICLES)]
    bought = [
        {"t_dat": FIRST + datetime.timedelta(days=7 * week + 6 * n), "customer_id": f"c{n}", "article_id": article}
        for week in range(WEEKS)
        for i, article in enumerate(ids)
        for n in range((2, (week + i) % 2, 0)[i % 3])
    ]
    rows = {
        "articles": [{"article_id": article, "product_code": article[:7]} for article in ids],
        "customers": [{"customer_id": "c0"}, {"customer_id": "c1"}],
        "transactions": [{**row, "price": 0.02, "sales_channel_id": 1} for row in bought],
    }
    return write_csvs(tmp_path_factory.mktemp("shop") / "csvs", rows)


def test_weeks_are_forecast_from_the_purchases_before_them(shop):
    (week,) = forecast_weeks(shop, [2], 7)
    assert week.first_day == "2020-06-03"
    assert week.sales.num_weeks == WEEKS - 2
    np.testing.assert_array_equal(week.sold, [(2, i % 2, 0)[i % 3] for i in range(ARTICLES)])
    assert week.lifetimes is None
    (earlier,) = forecast_weeks(shop, [13], 7)
    np.testing.assert_array_equal(earlier.lifetimes, [(13, 13 - i % 2, 0)[i % 3] for i in range(ARTICLES)])


def test_all_tables_are_rendered(shop):
    text = render(forecast_weeks(shop, [2, 1], 7), forecast_weeks(shop, [13], 7))
    for name in (
        "last week |",
        "mean of 4 weeks |",
        "`expected_units` |",
        "`sold_probability` |",
        "`lifetime_weeks` |",
    ):
        assert f"| {name}" in text


def test_the_naive_probability_is_the_share_sold_after_as_many_units():
    # After 0 units, one of three was sold; after 1, two of three; each with half of one added.
    units = np.array([[0, 0, 1], [1, 1, 0], [0, 1, 0]])
    rows, weeks = np.nonzero(units)
    ones = np.ones(len(rows))
    sales = ArticleWeeks(rows, 3 - weeks, ones, ones, np.zeros(3, int), 52)
    after_none, after_one = (2 + 0.5) / (3 + 1), (1 + 0.5) / (3 + 1)
    np.testing.assert_allclose(share_sold_by_last_week(sales), [after_one, after_none, after_none])
