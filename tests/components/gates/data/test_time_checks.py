"""Impossible days stop the run, unusual days give warnings; all counts are worked out by hand."""

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.gates.data.time_checks import Sales, check_time, read_sales

LAST = datetime.date(2020, 7, 24)
TODAY = datetime.date(2026, 1, 1)
DAY = datetime.timedelta(days=1)
YEAR = 365 * DAY


def sales_of(customers_by_day, label_days=7):
    """Sales of `{day: customers}`, each buying one article; days of a period share no customers."""
    days = sorted(customers_by_day)
    buyers = [0] * ((days[-1] - days[0]).days // label_days + 1)
    for day, customers in customers_by_day.items():
        buyers[(days[-1] - day).days // label_days] += customers
    return Sales([(day, customers_by_day[day]) for day in days], buyers, label_days)


def steady(days=120, a_day=20, last=LAST):
    return {last - back * DAY: a_day for back in range(days)}


def check(customers_by_day, **options):
    return check_time(sales_of(customers_by_day, **options), TODAY)


def test_steady_sales_have_no_findings():
    assert check(steady()) == check_time(Sales([], [], 7), TODAY) == check_time(Sales([(LAST, 1)], [1], 7), TODAY)
    assert check(steady()).reasons == check(steady()).warnings == ()


@pytest.mark.parametrize(
    "mistyped",
    [
        [LAST + YEAR],
        [LAST + YEAR - DAY, LAST + YEAR],
        [LAST + YEAR, LAST + 2 * YEAR, LAST + 3 * YEAR],
        [LAST + YEAR - back * DAY for back in range(0, 120, 3)],  # rows of all months, a year later
    ],
)
def test_a_few_rows_a_year_later_stop(mistyped):
    (reason,) = check({**steady(), **dict.fromkeys(mistyped, 1)}).reasons
    assert f"only {len(mistyped)} transaction{'s are' if len(mistyped) > 1 else ' is'} dated after a gap of" in reason
    assert f"from {LAST} to {min(mistyped)}" in reason
    assert "correct or remove the mistyped days in transactions_train.csv" in reason


@pytest.mark.parametrize("on", [14, 30, 60])
def test_a_few_rows_some_weeks_later_stop_for_too_few_customers(on):
    (reason,) = check({**steady(), LAST + on * DAY: 1, LAST + (on - 1) * DAY: 1}).reasons
    assert "only 2 customers bought in the 7 days from" in reason
    assert "where about 140 did" in reason


def test_a_thin_tail_without_a_gap_stops():
    """Mistyped years in two years of data: a row every ten days after the last correct day, no gap of 90 days."""
    thin = {LAST + back * DAY: 1 for back in range(10, 360, 10)}
    (reason,) = check({**steady(700), **thin}).reasons
    assert reason.endswith("or leave out older data if the shop has shrunk")


def test_days_a_century_later_are_in_the_future():
    (reason,) = check({**steady(), LAST.replace(year=2120): 2}).reasons
    assert reason.startswith(
        "transactions.t_dat: 2 transactions are dated in the future, to 2120-07-24; today is 2026-01-01"
    )


@pytest.mark.parametrize(("ahead", "stops"), [(0, False), (1, False), (2, True)])
def test_days_after_tomorrow_are_in_the_future(ahead, stops):
    found = check_time(sales_of(steady(last=TODAY + ahead * DAY)), TODAY)
    assert bool(found.reasons) is stops
    assert not stops or "20 transactions are dated in the future" in found.reasons[0]


# 140 customers buy in a usual week: a tenth are 14, half of them are 70.
@pytest.mark.parametrize(
    ("customers", "stops", "warns"), [(13, True, False), (14, False, True), (69, False, True), (70, False, False)]
)
def test_the_judged_week_is_compared_with_the_weeks_before(customers, stops, warns):
    shop = {**steady(), LAST + 7 * DAY: customers}
    found = check(shop)
    assert (bool(found.reasons), bool(found.warnings)) == (stops, warns)
    assert not warns or f"{customers} customers bought in the last 7 days, to 2020-07-31" in found.warnings[0]


def test_periods_have_the_length_of_the_judged_period():
    """Of seven days with 10,000 customers each, label_days = 2 leaves three periods and a day."""
    assert check(steady(days=7, a_day=10_000), label_days=2).reasons == ()


def test_a_small_shop_may_have_a_small_week():
    shop = {LAST - week * 7 * DAY: 5 for week in range(20)}
    assert check({**shop, LAST + 7 * DAY: 1}).reasons == ()


def test_a_reopening_after_a_long_closure_is_a_warning():
    opened = {LAST + 100 * DAY + day * DAY: 20 for day in range(30)}
    found = check({**steady(), **opened})
    assert found.reasons == ()
    assert found.warnings == (f"transactions.t_dat: there are no transactions between {LAST} and {LAST + 100 * DAY}",)


@pytest.mark.parametrize(("open_days", "stops"), [(6, True), (7, False), (10, False), (17, False)])
def test_a_reopened_shop_passes_after_a_usual_week(open_days, stops):
    """After half a year closed, the days since are compared with usual sales, not with the closed weeks."""
    opened = {LAST + 183 * DAY + day * DAY: 20 for day in range(open_days)}
    assert bool(check({**steady(), **opened}).reasons) is stops


def test_many_weeks_with_a_few_rows_each_stop():
    mistyped = {LAST + week * 7 * DAY: 10 for week in range(1, 9)}
    (reason,) = check({**steady(), **mistyped}).reasons
    assert "customers bought in the" in reason


def test_a_closure_over_christmas_has_no_findings():
    stopped = {LAST + 13 * DAY + day * DAY: 20 for day in range(7)}
    assert check({**steady(), **stopped}).reasons == check({**steady(), **stopped}).warnings == ()


def test_a_few_rows_long_before_all_others_are_a_warning():
    first = LAST - 119 * DAY
    found = check({**steady(), first - YEAR: 1})
    assert found.reasons == ()
    assert "only 1 transaction is before that; check their days for typing errors" in found.warnings[0]


def test_sales_are_counted_by_day_and_distinct_customers_by_period(tmp_path):
    tmp_path = tmp_path / "tables [1]"
    tmp_path.mkdir()
    day = datetime.date(2020, 9, 22)
    rows = [(day, "a"), (day, "a"), (day - 6 * DAY, "b"), (day - 7 * DAY, "a"), (day - 21 * DAY, "c")]
    table = pa.table({"t_dat": pa.array([d for d, _ in rows], pa.date32()), "customer_id": [c for _, c in rows]})
    pq.write_table(table, tmp_path / "transactions.parquet")
    sales = read_sales(tmp_path, label_days=7)
    assert sales.rows == [(day - 21 * DAY, 1), (day - 7 * DAY, 1), (day - 6 * DAY, 1), (day, 2)]
    assert sales.buyers == [2, 1, 0, 1]
