"""The optional table of the availability: read with the others, or alone for a known catalogue."""

import datetime

import pyarrow.parquet as pq
import pytest

from components.ingest.executor import ingest_availability
from components.ingest.source import fingerprint_of
from tests.components.ingest.conftest import LENIENT
from transforms.errors import DataError

IDS = ["0100000001", "0100000002", "0200000001"]


def test_without_the_file_there_is_no_table(shop):
    report = shop.ingest()
    assert "availability" not in report.tables
    assert not (shop.to / "availability.parquet").exists()


def test_rows_are_sorted_by_article_and_empty_values_are_null(shop):
    shop.add("availability", article_id="0200000001", stock="3")
    shop.add("availability", article_id="0100000002", available_from="2020-09-01", available_to="2020-12-31")
    report = shop.ingest()
    assert shop.rows("availability") == [
        {
            "article_id": "0100000002",
            "available_from": datetime.date(2020, 9, 1),
            "available_to": datetime.date(2020, 12, 31),
            "stock": None,
        },
        {"article_id": "0200000001", "available_from": None, "available_to": None, "stock": 3.0},
    ]
    assert report.tables["availability"].rows_kept == 2
    assert shop.rejects() == []


def test_wrong_rows_are_set_aside_because_an_unread_value_would_not_restrict(shop):
    shop.add("availability", article_id="0100000001", stock="many")
    shop.add("availability", article_id="0100000002", available_to="31.12.2020")
    shop.add("availability", article_id="0999999999", stock="1")
    shop.add("availability", article_id="0200000001", stock="0")
    shop.add("availability", article_id="0200000001", stock="7")
    shop.ingest()
    assert [(row["article_id"], row["stock"]) for row in shop.rows("availability")] == [("0200000001", 0.0)]
    assert shop.rejects() == [
        ("availability.csv", 2, "stock", "many", "not a number", "row set aside"),
        ("availability.csv", 3, "available_to", "31.12.2020", "not a day (YYYY-MM-DD)", "row set aside"),
        ("availability.csv", 4, "article_id", "0999999999", "no such row kept of the articles table", "row set aside"),
        ("availability.csv", 6, "article_id", "0200000001", "repeated, the first is kept", "row set aside"),
    ]


def test_a_file_of_unreadable_stock_stops_the_run(shop):
    for article in IDS:
        shop.add("availability", article_id=article, stock="n/a")
    with pytest.raises(DataError, match=r"availability\.csv: 3 of 3 rows .* most often stock: not a number \(3\)"):
        shop.ingest()


def test_the_fingerprint_covers_the_availability(shop):
    shop.write()
    before = fingerprint_of(shop.data_dir)
    shop.add("availability", article_id="0200000001", stock="3")
    shop.write()
    assert fingerprint_of(shop.data_dir) != before


@pytest.mark.parametrize("packed", [False, True])
def test_the_availability_can_be_read_alone(shop, packed):
    shop.add("availability", article_id="0200000001", stock="3")
    shop.add("availability", article_id="unknown", stock="3")
    shop.write(packed=packed)
    report = ingest_availability(shop.data_dir, IDS, shop.to, LENIENT)
    assert (report.rows_read, report.rows_kept) == (2, 1)
    assert pq.read_table(shop.to / "availability.parquet")["article_id"].to_pylist() == ["0200000001"]
    assert {path.name for path in shop.to.iterdir()} == {"availability.parquet", "rejects.csv"}


def test_reading_alone_a_missing_file_is_an_error(shop):
    shop.write()
    with pytest.raises(DataError, match=r"must hold availability\.csv or availability\.csv\.gz: neither is there"):
        ingest_availability(shop.data_dir, IDS, shop.to, LENIENT)
