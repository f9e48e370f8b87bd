"""Rows that are set aside because of other rows, the error above the allowed share, and the rejects file."""

import csv

import pytest

from components.ingest.config import IngestConfig
from components.ingest.rejects import Reject, write_rejects
from tests.components.ingest.conftest import GOOD, LENIENT
from transforms.errors import DataError


def test_the_error_names_the_rejected_article_that_caused_it(shop):
    shop.lines["articles"][3] = "0200000001" + "," * 24  # without a product code
    shop.write()
    for _ in range(3):
        shop.add("transactions", **{**GOOD, "article_id": "0200000001"})
    with pytest.raises(DataError) as stopped:
        shop.ingest(IngestConfig(max_rejected_share=0.4), transactions=shop.bytes_of("transactions"))
    assert (
        "most often article_id: its row in articles.csv was set aside (4); first cause: article_id 0200000001 is "
        "missing since articles.csv line 4 was set aside (product_code: missing value): 4 rows; see "
    ) in str(stopped.value)


def test_the_first_cause_is_found_if_only_the_article_has_a_trailing_blank(shop):
    shop.lines["articles"][1] = shop.lines["articles"][1].replace("0100000001,", "0100000001\u00a0,")
    with pytest.raises(DataError, match=r"article_id 0100000001 is missing since articles.csv line 2 .*white space"):
        shop.ingest(IngestConfig(max_rejected_share=0.4))


def test_the_first_cause_is_found_if_the_article_is_a_malformed_record(shop):
    shop.lines["articles"][1] = "0100000001,0100000"
    with pytest.raises(DataError, match=r"article_id 0100000001 is missing since articles.csv line 2 was set aside "):
        shop.ingest(IngestConfig(max_rejected_share=0.4))


def test_the_first_usable_article_of_an_id_is_kept(shop):
    shop.lines["articles"].insert(1, "0100000002" + "," * 24)  # without a product code
    shop.add("articles", article_id="0100000001", product_code="other")
    report = shop.ingest()
    assert [(r["article_id"], r["product_code"]) for r in shop.rows("articles")] == [
        ("0100000001", "0100000"),
        ("0100000002", "0100000"),
        ("0200000001", "0200000"),
    ]
    assert [(line, column, reason) for _, line, column, _, reason, _ in shop.rejects()] == [
        (2, "product_code", "missing value"),
        (6, "article_id", "repeated, the first is kept"),
    ]
    assert report.tables["articles"].rows_rejected == 2


def test_a_transaction_of_a_rejected_article_is_set_aside(shop):
    shop.lines["articles"][3] = "0200000001" + "," * 24
    shop.ingest()
    assert {r["article_id"] for r in shop.rows("transactions")} == {"0100000001", "0100000002"}
    assert [(file, line) for file, line, *_ in shop.rejects()] == [("articles.csv", 4), ("transactions_train.csv", 3)]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_repeated_header_is_set_aside(shop, mark):
    shop.lines["customers"].insert(2, mark + shop.lines["customers"][0])
    shop.ingest()
    assert [row["customer_id"] for row in shop.rows("customers")] == ["00aa", "00bb"]
    assert ("customers.csv", 3, "customer_id", f"{mark}customer_id", "the header once more", "row set aside") in (
        shop.rejects()
    )


def test_a_row_with_two_defects_is_listed_twice_and_counted_once(shop):
    shop.add("transactions", **{**GOOD, "price": "x", "t_dat": "y"})
    report = shop.ingest()
    assert [(line, column) for _, line, column, *_ in shop.rejects()] == [(6, "t_dat"), (6, "price")]
    assert report.tables["transactions"].rows_rejected == 1


@pytest.mark.parametrize("value", ['"', 'a"b', "\0", "\x1b[31m", "a\rb", "a,b", "\u2028", "\udcff", "=1+1", ""])
def test_any_value_is_written_to_the_rejects_and_read_back(tmp_path, value):
    path = tmp_path / "rejects.csv"
    write_rejects(path, [Reject("f.csv", 2, "price", value, "not a number", "row set aside")] * 2)
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    expected = value.replace("\0", "\u2400").replace("\udcff", "?")
    assert found[1:] == [["f.csv", "2", "price", expected, "not a number", "row set aside"]] * 2


def test_above_the_allowed_share_the_run_stops_and_the_rejects_can_be_read(shop):
    shop.add("transactions", **{**GOOD, "price": "x"})
    shop.add("transactions", **{**GOOD, "price": "y"})
    shop.add("transactions", **{**GOOD, "t_dat": ""})
    with pytest.raises(DataError) as stopped:
        shop.ingest(IngestConfig(max_rejected_share=0.25))
    beside = shop.to.parent / "tables.rejects.csv"
    assert str(stopped.value) == (
        "transactions_train.csv: 3 of 7 rows (42.86%) would be set aside, the limit is 25.00% "
        f"(ingest.max_rejected_share); most often price: not a number (2); see {beside}"
    )
    with beside.open(newline="") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["6", "7", "8"]
    assert [path.name for path in shop.to.parent.iterdir()] == ["tables.rejects.csv"]


def test_a_successful_run_removes_the_rejects_of_a_failed_one(shop):
    shop.add("transactions", **{**GOOD, "price": "x"})
    with pytest.raises(DataError):
        shop.ingest(IngestConfig(max_rejected_share=0.0))
    shop.ingest(LENIENT)
    assert [path.name for path in shop.to.parent.iterdir()] == ["tables"]


def test_an_empty_table_stops_the_run_for_any_allowed_share(shop):
    shop.lines["customers"][1:] = [",,,,,,"]
    with pytest.raises(DataError, match=r"customers.csv: 1 of 1 rows .*customer_id: missing value"):
        shop.ingest(IngestConfig(max_rejected_share=1.0))


def test_the_rejects_file_is_limited_but_not_the_counts(shop):
    for _ in range(5):
        shop.add("transactions", **{**GOOD, "price": "x"})
    report = shop.ingest(IngestConfig(max_rejected_share=0.9, max_reject_lines=2))
    assert [line for _, line, *_ in shop.rejects()] == [6, 7]
    assert report.tables["transactions"].reasons == {"price: not a number": 5}
    assert report.tables["transactions"].reject_lines_left_out == 3
