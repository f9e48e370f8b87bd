"""CSVs about customers are read in many forms, and refused with the line and the reason."""

import gzip

import pytest

from operations.customer_csv import read_customer_ids, read_purchases
from transforms.errors import DataError


def test_ids_of_a_column_are_distinct_text_in_order(tmp_path):
    (tmp_path / "who.csv").write_text('age,customer_id\n1,007\n2,"b,c"\n3,007\n4,\n'.replace("4,\n", ""))
    assert read_customer_ids(tmp_path / "who.csv") == ["007", "b,c"]


def test_a_plain_list_has_an_id_a_line(tmp_path):
    (tmp_path / "who.txt").write_text("b\n\n a \nb\n")
    assert read_customer_ids(tmp_path / "who.txt") == ["b", "a"]


@pytest.mark.parametrize(
    "content",
    [
        "Customer_ID\nc1\nc2\n",
        "customer_id;age\nc1;30\nc2;31\n",
        "customer_id\tage\nc1\t30\nc2\t31\n",
        '"customer_id"\n"c1"\n"c2"\n',
        '"age","CUSTOMER_ID"\n"1","c1"\n"2","c2"\n',
        '"c1"\n"c2"\n',
        "c1 \n c2\n",
        'age, customer_id\n1, "c1" \n2,c2\n',
        "\n\ncustomer_id,age\n\nc1,1\n , \nc2,2\n\n",
        "\ufeffcustomer_id\r\nc1\r\nc2\r\n",
        "\ufeffc1\nc2\n",
        "c1\rc2\r",
    ],
)
def test_a_list_is_read_in_every_common_form(tmp_path, content):
    (tmp_path / "who").write_bytes(content.encode())
    assert read_customer_ids(tmp_path / "who") == ["c1", "c2"]


def test_unicode_line_separators_do_not_end_a_line(tmp_path):
    (tmp_path / "who").write_bytes("a\u2028b\nc\x85d\n".encode())
    assert read_customer_ids(tmp_path / "who") == ["a\u2028b", "c\x85d"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_purchases_are_read_with_every_delimiter(tmp_path, delimiter):
    rows = [[" Article_ID", "x", "CUSTOMER_ID"], ["01", "", '"a"'], ["02 ", "", "a"]]
    (tmp_path / "truth").write_text("\ufeff" + "".join(delimiter.join(row) + "\n" for row in rows))
    assert read_purchases(tmp_path / "truth") == {"a": {"01", "02"}}


def test_long_and_multiline_values_of_other_columns_are_ignored(tmp_path):
    (tmp_path / "truth").write_text(f'customer_id,article_id,x\na,1,"first\nsecond"\nb,2,{"x" * 200_000}\nc,3,\n')
    assert read_purchases(tmp_path / "truth") == {"a": {"1"}, "b": {"2"}, "c": {"3"}}


def test_ids_may_start_with_the_signature_of_another_format(tmp_path):
    (tmp_path / "who").write_text("ORC1\nPAR1\n")
    assert read_customer_ids(tmp_path / "who") == ["ORC1", "PAR1"]


def test_gzip_is_detected_by_content_not_name(tmp_path):
    (tmp_path / "who.csv").write_bytes(gzip.compress(b"customer_id\na\n"))
    assert read_customer_ids(tmp_path / "who.csv") == ["a"]


def test_a_byte_order_mark_is_not_part_of_a_name(tmp_path):
    (tmp_path / "who.csv").write_bytes(b"\xef\xbb\xbfcustomer_id\na\n")
    assert read_customer_ids(tmp_path / "who.csv") == ["a"]


def test_purchases_are_a_set_for_each_customer(tmp_path):
    (tmp_path / "truth.csv").write_text("article_id,customer_id,x\n01,b,\n02,b,\n01,b,\n01,a,\n")
    assert read_purchases(tmp_path / "truth.csv") == {"b": {"01", "02"}, "a": {"01"}}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "at least one customer id"),
        (b"customer_id\n", "at least one customer id"),
        (b"age,name\n1,x\n", "must have a column customer_id or one id a line. Received: 'age,name'"),
        (b"customer_id,age\n,3\n", "line 2 must have a value for customer_id"),
        (b'a\n"b\nc\nd\n', "line 2 opens a quoted value that is never closed"),
        (b'a\nb\n"c', "line 3 opens a quoted value that is never closed"),
        (b'customer_id,x\na,1\n\nb,"2\nc,3\n', "line 4 opens a quoted value that is never closed"),
        (b'a\n"b\nc"\nd\n', "line 2 has an id with a line break"),
        (b"customer_id,x\na,1\n0,b,2\n", "line 3 has 3 values where the header has 2"),
        (b"customer_id,customer_id\na,b\n", "must have the column customer_id once"),
        (b"sep=;\ncustomer_id;x\na;1\n", "begins with Excel's `sep=` line: delete it"),
        ("customer_id\na\n".encode("utf-16"), "the file is UTF-16; save it again as UTF-8"),
        (b"PK\x03\x04\x14\0\x06\0xl/workbook.xml", "is an Excel workbook"),
        (b'{"customer_id": "a"}\n', "is a JSON file: write it as CSV"),
        (b"caf\xe9\n", "must be a CSV in UTF-8"),
        (gzip.compress(b"customer_id\na\n" * 100, mtime=0)[:-12], "must be a CSV in UTF-8, plain or gzip"),
    ],
)
def test_a_wrong_list_of_customers_is_an_error(tmp_path, content, rule):
    (tmp_path / "who").write_bytes(content)
    with pytest.raises(DataError, match=rule):
        read_customer_ids(tmp_path / "who")


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "lacks customer_id, article_id and has none"),
        (b"customer_id,article_id\n", "at least one purchase"),
        (b"customer,article_id\na,b\n", "lacks customer_id and has customer, article_id"),
        (b"customer_id|article_id\na|b\n", r"lacks customer_id, article_id and has customer_id\|article_id"),
        (b"customer_id,article_id\na,b\na\n", "line 3 must have a value"),
        (b'customer_id,article_id\na,1\nb,"2\nc,3\n', "line 3 opens a quoted value that is never closed"),
    ],
)
def test_wrong_purchases_are_an_error(tmp_path, content, rule):
    (tmp_path / "truth").write_bytes(content)
    with pytest.raises(DataError, match=rule):
        read_purchases(tmp_path / "truth")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(DataError, match="there is none"):
        read_purchases(tmp_path / "nonesuch.csv")
