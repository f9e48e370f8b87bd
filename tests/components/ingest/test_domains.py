"""Checks of every row against the domains of the curated schemas."""

import pytest

from components.gates.data.executor import judge
from components.ingest.config import IngestConfig
from components.ingest.report import IngestReport, Violation

SAMPLED = IngestConfig(statistics_rows=1, memory_limit_gib=0.5)


def test_a_single_impossible_value_is_found(shop):
    for number in range(500):
        shop.add("customers", customer_id=f"c{number:04}", age="30", club_member_status="ACTIVE")
    shop.lines["customers"][301] = "mistyped,,,ACTIVE,NONE,1985,"
    shop.lines["customers"][302] = "unset,,,GOLD,NONE,-1,"
    report = shop.ingest(SAMPLED)
    assert report.tables["customers"].violations == (
        Violation(column="club_member_status", kind="unlisted", bound="", rows=1, values=("GOLD",), line=303),
        Violation(column="age", kind="below", bound="0", rows=1, values=("-1.0",), line=303),
        Violation(column="age", kind="above", bound="120", rows=1, values=("1985.0",), line=302),
    )
    assert IngestReport.read(shop.to) == report
    verdict = judge({}, report)
    assert verdict.reasons == (
        "customers.age: 1 of 502 rows hold less than 0: -1.0; the first in customers.csv line 303; correct or empty "
        "these values in customers.csv, or widen the domain in transforms/schemas/customers.pbtxt",
        "customers.age: 1 of 502 rows hold more than 120: 1985.0; the first in customers.csv line 302; correct or "
        "empty these values in customers.csv, or widen the domain in transforms/schemas/customers.pbtxt",
    )
    assert verdict.warnings == (
        "customers.club_member_status: 1 of 502 rows hold values that transforms/schemas/customers.pbtxt does not "
        "list: GOLD; the first in customers.csv line 303",
    )


def test_violations_name_the_worst_values_and_the_first_line(shop):
    for age in ("200", "130", "1e18", "130", "121", "120"):
        shop.add("customers", customer_id=f"c{len(shop.lines['customers'])}", age=age)
    (found,) = shop.ingest(SAMPLED).tables["customers"].violations
    assert (found.rows, found.line, found.values) == (5, 4, ("1e+18", "200.0", "130.0"))


def test_days_are_shown_as_dates(shop):
    shop.lines["transactions"][1] = "1980-01-01,00aa,0100000001,0.5,1"
    (found,) = shop.ingest(SAMPLED).tables["transactions"].violations
    assert (found.column, found.kind, found.bound, found.values, found.line) == (
        "t_dat",
        "below",
        "1990-01-01",
        ("1980-01-01",),
        2,
    )


def test_rows_set_aside_are_not_checked(shop):
    shop.add("customers", customer_id=" padded", age="1985")
    assert shop.ingest().tables["customers"].violations == ()


@pytest.mark.parametrize("table", ["articles", "customers", "transactions"])
def test_a_valid_shop_has_no_violations(shop, table):
    assert shop.ingest().tables[table].violations == ()
