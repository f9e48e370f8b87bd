"""Values that set their row aside or become null, and the forms in which numbers may be written."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest.config import IngestConfig
from tests.components.ingest.conftest import CONTROL, GOOD, Shop


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
    shown = value.replace("\0", "\u2400") if value.strip() else shop.rejects()[0][3]
    assert shop.rejects() == [("transactions_train.csv", 6, column, shown, reason, "row set aside")]
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
