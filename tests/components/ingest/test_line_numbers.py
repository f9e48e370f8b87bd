"""Malformed records are set aside with their text, and line numbers are those of an editor."""

import csv
import datetime
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest.config import IngestConfig
from tests.components.ingest.conftest import GOOD, Shop
from transforms.columns import TABLES


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("2020-09-03,00aa", "article_id", "too few values"),
        ("2020-09-03,00aa,0100000001,0.5,1,2,3", "", "too many values"),
        ("2020-09-03,00aa,0100000001,0.5,1,", "", "too many values"),
        ('2020-09-03,"00"aa,0100000001,0.5,1', "customer_id", "a quote in the wrong place"),
        ("2020-09-03,00aa" + "x" * 480, "article_id", "too few values"),
    ],
)
def test_a_malformed_line_is_set_aside_with_its_text(shop, text, column, reason):
    shop.lines["transactions"].insert(2, text)
    report = shop.ingest()
    assert len(shop.rows("transactions")) == 4
    assert shop.rejects() == [("transactions_train.csv", 3, column, text, reason, "row set aside")]
    assert report.tables["transactions"].rows_read == 5


@pytest.mark.parametrize("length", [20_000, 200_000, 4_000_001])
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_long_malformed_record_does_not_affect_other_records(shop, length, quote):
    """DuckDB cuts such a record at 10,000 characters; Python's csv module fails on fields above 131,072."""
    shop.lines["transactions"].insert(2, "2020-09-03," + quote + "x" * length + quote)
    shop.lines["transactions"].insert(3, "2020-09-03,00aa,0100000001,free,1")
    report = shop.ingest()
    reason = "too few values" if length < 4_000_000 else "row longer than 4,000,000 bytes"
    assert [(number, found) for _, number, _, _, found, _ in shop.rejects()] == [(3, reason), (4, "not a number")]
    assert report.tables["transactions"].rows_kept == 4


@pytest.mark.parametrize("text", ["soft, " * 40_000, "so\0ft"], ids=["long", "NUL"])
def test_a_long_description_and_nul_are_read_and_empty_lines_are_counted(shop, text):
    shop.add("articles", article_id="1", product_code="1", detail_desc=text)
    shop.lines["articles"].insert(2, "")
    shop.add("articles", article_id="2", product_code="")
    shop.ingest()
    assert [row["detail_desc"] for row in shop.rows("articles") if row["article_id"] == "1"] == [text]
    assert [(line, column) for _, line, column, *_ in shop.rejects()] == [(7, "product_code")]


@pytest.mark.parametrize("further", [1_000, 20_000])
def test_any_number_of_further_columns_is_ignored(shop, further):
    wide = [shop.lines["transactions"][0] + "".join(f",x{i}" for i in range(further))]
    wide += [line + "," * further for line in shop.lines["transactions"][1:]]
    wide.append("2020-09-03,00aa,0100000001,free,1" + "," * further)
    wide.append("2020-09-03,00aa,0100000001,0.5,1")
    shop.ingest(transactions=("\n".join(wide) + "\n").encode())
    assert len(shop.rows("transactions")) == 4
    assert [(line, column, reason) for _, line, column, _, reason, _ in shop.rejects()] == [
        (6, "price", "not a number"),
        (7, "x0", "too few values"),
    ]


def test_line_numbers_count_quoted_line_breaks_broken_lines_and_empty_lines(shop):
    """Every row after the first has another defect; line numbers are those of an editor."""
    header = shop.lines["articles"][0]
    filler = "," * 22
    shop.lines["articles"] = [
        header,  # 1
        f'0100000001,1{filler},"two\nlines"',  # 2, 3
        f",1{filler},",  # 4: no id
        "only,two",  # 5
        "",  # 6
        f'0100000001,1{filler},"three\n\nlines"',  # 7, 8, 9: repeated
        "",  # 10
        "",  # 11
        f"0100000002,{filler},",  # 12: no product code
        f"0200000001,1,,x{filler[1:]}",  # 13: a bad number
    ]
    shop.lines["transactions"] = shop.lines["transactions"][:1] + shop.lines["transactions"][3:]
    shop.ingest()
    assert [(line, column) for _, line, column, *_ in shop.rejects()] == [
        (4, "article_id"),
        (5, "prod_name"),
        (7, "article_id"),
        (12, "product_code"),
        (13, "product_type_no"),
    ]


def test_line_numbers_are_correct_if_the_file_is_read_in_parallel(shop):
    """Half a million rows are several chunks and more than one row group of DuckDB."""
    row = "2020-09-03,00aa,0100000001,0.5,1\n"
    bad = "2020-09-03,00aa,0100000001,oops,1\n"
    broken = "2020-09-03,00aa\n"
    body = row * 199_999 + bad + row * 99_999 + broken + row * 99_999 + bad + row * 100_000
    shop.ingest(transactions=(shop.lines["transactions"][0] + "\n" + body).encode())
    assert [(line, value) for _, line, _, value, *_ in shop.rejects()] == [
        (200_001, "oops"),
        (300_001, "2020-09-03,00aa"),
        (400_001, "oops"),
    ]


CELL = st.sampled_from(["2020-09-01", "00aa", "0100000001", "0.5", "", "x", "-1", "two\nlines", 'a"b', ",", " "])


@given(rows=st.lists(st.lists(CELL, min_size=1, max_size=6), max_size=12), ends=st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=25)
def test_every_row_read_is_kept_or_set_aside_and_located(tmp_path_factory, rows, ends):
    """Compared with Python's csv reader, which gives the line on which a record ends."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    good = [*GOOD.values(), ""]
    text = io.StringIO()
    csv.writer(text, lineterminator=ends).writerows([[c.name for c in TABLES["transactions"]], good, *rows, good])
    report = shop.ingest(IngestConfig(max_rejected_share=1.0), transactions=text.getvalue().encode())
    table = report.tables["transactions"]
    assert table.rows_read == len(rows) + 2
    assert table.rows_read == table.rows_kept + table.rows_rejected
    assert len(shop.rows("transactions")) == table.rows_kept
    expected = set()
    reader = csv.reader(io.StringIO(text.getvalue(), newline=""))
    first = next(reader) and reader.line_num + 1
    for record in reader:
        if not _is_good(record):
            expected.add(first)
        first = reader.line_num + 1
    assert {line for _, line, *_, action in shop.rejects() if action == "row set aside"} == expected


def _is_good(record: list[str]) -> bool:
    if len(record) != 5 or record[1] != "00aa" or record[2] != "0100000001":
        return False
    try:
        datetime.date.fromisoformat(record[0])
        return float(record[3]) >= 0
    except ValueError:
        return False
