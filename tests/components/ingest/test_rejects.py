"""Rows that are set aside, values that become null, and their locations in the rejects file."""

import csv
import datetime
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest.config import IngestConfig
from components.ingest.rejects import Reject, write_rejects
from tests.components.ingest.conftest import LENIENT, Shop
from transforms.columns import TABLES
from transforms.errors import DataError

CONTROL = "holds a control character, such as a line break, tab or NUL; remove it"
GOOD = {"t_dat": "2020-09-03", "customer_id": "00aa", "article_id": "0100000001", "price": "0.5"}


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("t_dat", "", "missing value"),
        ("t_dat", "03.09.2020", "not a day (YYYY-MM-DD)"),
        ("t_dat", "2020-9-3", "not a day (YYYY-MM-DD)"),
        ("t_dat", "2020-02-30", "not a day (YYYY-MM-DD)"),
        ("t_dat", "2020-09-03 10:00:00", "not a day (YYYY-MM-DD)"),
        ("t_dat", "infinity", "not a day (YYYY-MM-DD)"),
        ("t_dat", "0020-09-03", "day outside 1970-01-01 to 2099-12-31"),
        ("t_dat", "2220-09-03", "day outside 1970-01-01 to 2099-12-31"),
        ("customer_id", "", "missing value"),
        ("customer_id", "   ", "missing value"),
        ("customer_id", "00AA", "no such row kept of the customers table"),
        ("article_id", "100000001", "no such row kept of the articles table"),
        ("price", "", "missing value"),
        ("price", "1,99", "not a number"),
        ("price", "free", "not a number"),
        ("price", "-0.01", "negative"),
        ("price", "nan", "not finite"),
        ("price", "inf", "not finite"),
        ("price", "1e400", "not finite"),
        ("price", "Infinity", "not finite"),
        ("price", "1.7976931348623157e+308", "beyond 1e+15, the largest number that is stored"),
        ("price", "3.5e38", "beyond 1e+15, the largest number that is stored"),
        ("price", "1000000000000001", "beyond 1e+15, the largest number that is stored"),
        ("price", "-1.7976931348623157e+308", "negative"),
        ("price", "1_000", "not a number"),
        ("price", "2_0", "not a number"),
        ("price", "1e5_0", "not a number"),
        ("price", "0x10", "not a number"),
        ("price", "+5", "not a number"),
        ("price", " +5", "not a number"),
        ("price", "1 000", "not a number"),
        ("price", "\uff11\uff12", "not a number"),
        ("price", "0.5€", "not a number"),
        ("price", "0.0271\0", "not a number"),
        ("article_id", "010000\x00001", CONTROL),
        ("t_dat", "20200-01-1", "not a day (YYYY-MM-DD)"),
        ("t_dat", " 020-09-03", "not a day (YYYY-MM-DD)"),
        ("t_dat", "2020-09-3 ", "not a day (YYYY-MM-DD)"),
        ("t_dat", "\uff12020-09-03", "not a day (YYYY-MM-DD)"),
        ("t_dat", "2021-02-29", "not a day (YYYY-MM-DD)"),
    ],
)
def test_a_transaction_with_a_bad_required_value_is_set_aside(shop, column, value, reason):
    shop.add("transactions", **{**GOOD, column: value})
    shop.add("transactions", **GOOD)
    report = shop.ingest()
    assert len(shop.rows("transactions")) == 5
    assert shop.rejects() == [
        (
            "transactions_train.csv",
            6,
            column,
            value.replace("\0", "\u2400") if value.strip() else shop.rejects()[0][3],
            reason,
            "row set aside",
        )
    ]
    assert report.tables["transactions"].reasons == {f"{column}: {reason}": 1}
    assert report.tables["transactions"].rows_read == 6


@pytest.mark.parametrize(
    ("table", "column", "value", "reason"),
    [
        ("customers", "age", "abc", "not a number"),
        ("customers", "age", "inf", "not finite"),
        ("articles", "product_type_no", "12.7", "not a whole number"),
        ("articles", "product_type_no", "x", "not a whole number"),
        ("articles", "product_type_no", "1_000", "not a whole number"),
        ("articles", "product_type_no", "+1", "not a whole number"),
        ("articles", "product_type_no", "0x10", "not a whole number"),
        ("articles", "product_type_no", "9223372036854775808", "beyond 9e+15, the largest number that is stored"),
        ("articles", "product_type_no", "-1e300", "beyond 9e+15, the largest number that is stored"),
        ("customers", "age", "1e39", "beyond 3.40282e+38, the largest number that is stored"),
        ("customers", "FN", "-1e300", "beyond 3.40282e+38, the largest number that is stored"),
        ("customers", "Active", "1_0", "not a number"),
    ],
)
def test_an_optional_value_that_cannot_be_parsed_becomes_null_and_the_row_stays(shop, table, column, value, reason):
    key = "customer_id" if table == "customers" else "article_id"
    row = {key: "zz", column: value} | ({"product_code": "1"} if table == "articles" else {})
    shop.add(table, **row)
    report = shop.ingest(IngestConfig(max_rejected_share=0.0))
    line = len(shop.lines[table])
    assert shop.rows(table)[-1][key] == "zz"
    assert shop.rows(table)[-1][column] is None
    assert shop.rejects() == [(f"{table}.csv", line, column, value, reason, "value set to null")]
    assert report.tables[table].nulls == {f"{column}: {reason}": 1}
    assert report.tables[table].rows_rejected == 0


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", 5.0), ("5.", 5.0), (".5", 0.5), ("5e-05", 5e-5), ("1E3", 1000.0), (" 5 ", 5.0), ("-0", 0.0), ("007", 7.0)],
)
def test_numbers_may_be_written_as_pandas_r_and_spreadsheets_write_them(shop, text, value):
    shop.add("transactions", **{**GOOD, "price": text})
    shop.add("articles", article_id="1", product_code="1", product_type_no="1e+05")
    shop.ingest(IngestConfig(max_rejected_share=0.0))
    assert shop.rows("transactions")[-1]["price"] == value
    assert shop.rows("articles")[-1]["product_type_no"] == 100_000


NUMBER = st.text(st.sampled_from("0123456789.-+eE_ xn"), min_size=1, max_size=7)


@settings(max_examples=25)
@given(texts=st.lists(NUMBER, min_size=1, max_size=30))
def test_a_price_is_kept_if_and_only_if_it_is_written_as_a_number(tmp_path_factory, texts):
    """Compared with a regular expression for numbers."""
    shop = Shop(tmp_path_factory.mktemp("shop"))
    for text in texts:
        shop.add("transactions", **{**GOOD, "price": text})
    shop.ingest(IngestConfig(max_rejected_share=1.0, memory_limit_gib=0.5))
    number = re.compile(r" *-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *")
    expected = [float(text) for text in texts if number.fullmatch(text) and 0 <= float(text) <= 1e15]
    kept = [row["price"] for row in shop.rows("transactions") if str(row["t_dat"]) == GOOD["t_dat"]]
    assert sorted(kept) == sorted(expected)


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
    assert [(file, line) for file, line, *_ in shop.rejects()] == [
        ("articles.csv", 4),
        ("transactions_train.csv", 3),
    ]


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


def test_a_long_description_and_an_empty_line_are_read(shop):
    text = "soft, " * 40_000
    shop.add("articles", article_id="1", product_code="1", detail_desc=text)
    shop.lines["articles"].insert(2, "")
    shop.add("articles", article_id="2", product_code="")
    shop.ingest()
    assert [row["detail_desc"] for row in shop.rows("articles") if row["article_id"] == "1"] == [text]
    assert [(line, column) for _, line, column, *_ in shop.rejects()] == [(7, "product_code")]


def test_nul_in_a_description_is_read_and_line_numbers_are_correct_beside_empty_lines(shop):
    shop.add("articles", article_id="1", product_code="1", detail_desc="so\0ft")
    shop.lines["articles"].insert(2, "")
    shop.add("articles", article_id="2", product_code="")
    shop.ingest()
    assert [row["detail_desc"] for row in shop.rows("articles") if row["article_id"] == "1"] == ["so\0ft"]
    assert [(line, column) for _, line, column, *_ in shop.rejects()] == [(7, "product_code")]


@pytest.mark.parametrize("value", ['"', 'a"b', "\0", "\x1b[31m", "a\rb", "a,b", "\u2028", "\udcff", "=1+1", ""])
def test_any_value_is_written_to_the_rejects_and_read_back(tmp_path, value):
    path = tmp_path / "rejects.csv"
    write_rejects(path, [Reject("f.csv", 2, "price", value, "not a number", "row set aside")] * 2)
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.reader(file))
    expected = value.replace("\0", "\u2400").replace("\udcff", "?")
    assert found[1:] == [["f.csv", "2", "price", expected, "not a number", "row set aside"]] * 2


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
