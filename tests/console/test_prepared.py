"""The prepared file has the purchases of the tables, is written once and completely, and replaces older files."""

import collections
import datetime

import duckdb
import pytest

from console.artifacts import ShopFolders
from console.prepared import FOLDER, prepare
from tests import tiny_shop
from tests.console import hostile_shop
from tests.console.hostile_shop import AS_OF, HOSTILE_ARTICLE, HOSTILE_CUSTOMER, LAST_DAY
from transforms.calendar import date_of


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("tables [1]'")
    tables = tiny_shop.write_tables(
        root / "tables", hostile_shop.articles(), hostile_shop.customers(), hostile_shop.purchases()
    )
    tiny_shop.write_states(tables, root / "states", [AS_OF])
    return ShopFolders(tables, root / "states", datetime.date.fromisoformat(date_of(AS_OF)))


@pytest.fixture(scope="module")
def read(folders, tmp_path_factory):
    file = prepare(folders, tmp_path_factory.mktemp("out"))
    with duckdb.connect(str(file), read_only=True) as connection:
        yield lambda query: connection.execute(query).fetchall()


def test_purchases_are_those_of_the_tables_sorted_by_customer_and_day(read):
    rows = read("select customer_id, day, article_id, price from purchases join customers using (customer_row)")
    given = [(c, datetime.date.fromisoformat(date_of(day)), a, p) for day, c, a, p in hostile_shop.purchases()]
    assert sorted(rows) == sorted(given)
    order = read("select customer_row, day from purchases")
    assert order == sorted(order)


def test_customers_are_numbered_by_id_and_have_their_recent_units(read):
    rows = read("select customer_row, customer_id, units_30d from customers")
    assert [row[0] for row in rows] == list(range(len(rows)))
    assert [row[1] for row in rows] == sorted(each["customer_id"] for each in hostile_shop.customers())
    assert {row[1]: row[2] for row in rows}[HOSTILE_CUSTOMER] == 4


def test_weeks_count_the_units_of_seven_days_that_end_with_the_data(read):
    counts = collections.Counter((a, (LAST_DAY - day) // 7) for day, _, a, _ in hostile_shop.purchases())
    assert {(a, age): units for a, age, units in read("select article_id, age, units from weeks")} == counts
    assert counts[HOSTILE_ARTICLE, 0] == 2


def test_the_file_is_written_once_and_replaces_that_of_other_tables(folders, tmp_path):
    first = prepare(folders, tmp_path)
    written = first.stat().st_mtime_ns
    assert prepare(folders, tmp_path) == first
    assert first.stat().st_mtime_ns == written
    second = prepare(ShopFolders(folders.tables, None, None), tmp_path)
    assert second != first
    assert list((tmp_path / FOLDER).iterdir()) == [second]


def test_a_failure_leaves_no_file(folders, tmp_path):
    tables = tmp_path / "tables"
    tables.mkdir()
    for table in ("articles", "customers", "transactions"):
        (tables / f"{table}.parquet").write_bytes((folders.tables / f"{table}.parquet").read_bytes())
    (tables / "transactions.parquet").write_bytes(b"broken")
    with pytest.raises(duckdb.Error):
        prepare(ShopFolders(tables, None, None), tmp_path / "out")
    assert list((tmp_path / "out" / FOLDER).iterdir()) == []
