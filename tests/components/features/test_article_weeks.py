"""What the outlook reads of weekly sales, against values worked out by hand."""

import numpy as np
import pytest

from components.features import article_weeks
from components.features.article_weeks import ArticleWeeks

# Units by article and week, oldest first; 3 was never sold. Articles 0 and 1 are of one type.
UNITS = np.array(
    [
        [0, 2, 0, 4, 0, 6],
        [1, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 3],
        [0, 0, 0, 0, 0, 0],
    ]
)
PRICES = np.array([1, 1, 1, 2, 1, 1])
TYPES = np.array([0, 0, 1, 2])


def weekly(units=UNITS, year_weeks=52, types=TYPES):
    rows, weeks = np.nonzero(units)
    sold = units[rows, weeks]
    return ArticleWeeks(rows, units.shape[1] - weeks, sold, sold * PRICES[weeks % 6], types, year_weeks)


def test_units_are_by_article_and_week_from_the_oldest():
    np.testing.assert_array_equal(weekly().units, UNITS)


@pytest.mark.parametrize(
    ("week", "span", "wanted"),
    [
        (6, (0, 4), [2.5, 0, 0.75, 0]),
        (6, (1, 2), [0, 0, 0, 0]),
        (6, (4, 8), [1, 0.5, 0, 0]),  # two weeks are left
        (2, (4, 8), [0, 0, 0, 0]),  # none is left
        (2, (0, 4), [1, 0.5, 0, 0]),
    ],
)
def test_mean_units_are_of_the_weeks_that_exist(week, span, wanted):
    np.testing.assert_allclose(weekly().mean_units(week, span), wanted)


def test_weeks_until_the_last_sale_end_at_the_horizon():
    np.testing.assert_array_equal(weekly().weeks_until_last_sale(1, 3), [3, 0, 0, 0])
    np.testing.assert_array_equal(weekly().weeks_until_last_sale(0, 6), [6, 1, 6, 0])
    np.testing.assert_array_equal(weekly().weeks_until_last_sale(4, 1), [0, 0, 0, 0])


def test_inputs_equal_values_worked_out_by_hand():
    log = np.log1p
    first = weekly().inputs(6)[0]
    decayed, sales = 0.0, 0.0
    for units in UNITS[0]:
        decayed = 0.7 * decayed + 0.3 * log(units)
        sales = 0.85 * sales + 0.15 * (units > 0)
    np.testing.assert_allclose(
        first,
        [
            *(6, 0, 2, 1, 0, 0),  # weeks back 1, 2, 3 and 4, 5 to 8, 9 to 13, 14 to 26
            *(2, 0, 6),  # median, least and most of 0, 4, 0, 6
            np.sqrt(2.5 * 2),
            *(log(6), log(2.5), log(2), log(2)),  # means of 1, 4, 13 and 26 weeks
            log(6) - log(2),
            decayed,
            sales,
            0.5,  # weeks of four with a sale
            *(log(1), 1),  # weeks since the last sale
            *(log(5), 0, 1),  # weeks since the first sale, new, sold before
            *(log(6) - log(13 / 6), log(2.5) - log(13 / 6), log(13 / 6 / 2), 0),  # type
            np.log(1 / (10 / 6)),  # price: six units for 6 in the last week, for 10 before
        ],
        rtol=1e-6,
    )


def test_an_article_without_a_sale_before_the_week_has_only_the_inputs_of_its_type():
    never = weekly().inputs(5)[2:]
    np.testing.assert_array_equal(never, np.zeros_like(never))


def test_inputs_of_a_week_do_not_depend_on_later_sales():
    changed = UNITS.copy()
    changed[:, 4:] = 9
    np.testing.assert_array_equal(weekly(changed).inputs(4), weekly().inputs(4))


def test_the_season_of_a_type_is_that_of_the_same_week_a_year_before():
    season = weekly(year_weeks=2).inputs(6)[:, -2]  # week 4 against weeks 0 to 3
    np.testing.assert_allclose(season, [np.log1p(0) - np.log1p(7 / 4)] * 2 + [0, 0])
    assert (weekly(year_weeks=3).inputs(6)[:, -2] == 0).all()  # fewer than four weeks before week 3


def test_a_sale_centuries_ago_takes_no_memory_for_the_weeks_since():
    sales = ArticleWeeks(np.array([0, 1]), np.array([10**9, 1]), np.ones(2), np.ones(2), np.zeros(2, int), 52)
    assert sales.units.shape == (2, article_weeks.MAX_WEEKS)
    np.testing.assert_array_equal(sales.units.sum(axis=1), [0, 1])
    assert np.isfinite(sales.inputs(sales.num_weeks)).all()


def test_weeks_beyond_the_limit_count_in_the_first_sale_and_the_season(monkeypatch):
    whole = weekly(year_weeks=2).inputs(6)
    monkeypatch.setattr(article_weeks, "MAX_WEEKS", 4)
    short = weekly(year_weeks=2)
    np.testing.assert_array_equal(short.units, UNITS[:, 2:])
    found = short.inputs(4)
    names = {"since first": 20, "trend": 23, "size": 25, "season": 26}
    for name, column in names.items():
        np.testing.assert_allclose(found[:, column], whole[:, column], err_msg=name)
    assert found[1, 18] == pytest.approx(np.log1p(5))  # sold before the weeks kept: more weeks ago than these
