"""Files about customers are read whatever their form, and refused in one line that says why."""

import gzip

import pytest

from pipeline.customer_csv import read_customer_ids, read_purchases
from transforms.errors import DataError


def test_ids_of_a_column_keep_zeros_and_order_and_count_once(tmp_path):
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
def test_a_list_is_read_however_it_was_saved(tmp_path, content):
    (tmp_path / "who").write_bytes(content.encode())
    assert read_customer_ids(tmp_path / "who") == ["c1", "c2"]


def test_what_no_csv_takes_for_the_end_of_a_line_ends_none(tmp_path):
    (tmp_path / "who").write_bytes("a\u2028b\nc\x85d\n".encode())
    assert read_customer_ids(tmp_path / "who") == ["a\u2028b", "c\x85d"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_purchases_are_read_however_they_were_saved(tmp_path, delimiter):
    rows = [[" Article_ID", "x", "CUSTOMER_ID"], ["01", "", '"a"'], ["02 ", "", "a"]]
    (tmp_path / "truth").write_text("\ufeff" + "".join(delimiter.join(row) + "\n" for row in rows))
    assert read_purchases(tmp_path / "truth") == {"a": {"01", "02"}}


def test_gzip_is_known_by_its_content_not_its_name(tmp_path):
    (tmp_path / "who.csv").write_bytes(gzip.compress(b"customer_id\na\n"))
    assert read_customer_ids(tmp_path / "who.csv") == ["a"]


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    (tmp_path / "who.csv").write_bytes(b"\xef\xbb\xbfcustomer_id\na\n")
    assert read_customer_ids(tmp_path / "who.csv") == ["a"]


def test_purchases_are_sets_by_customer(tmp_path):
    (tmp_path / "truth.csv").write_text("article_id,customer_id,x\n01,b,\n02,b,\n01,b,\n01,a,\n")
    assert read_purchases(tmp_path / "truth.csv") == {"b": {"01", "02"}, "a": {"01"}}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "at least one customer id"),
        (b"customer_id\n", "at least one customer id"),
        (b"age,name\n1,x\n", "must have a column customer_id or one id a line; received 'age,name'"),
        (b"customer_id,age\n,3\n", "line 2 must have a value for customer_id"),
        (b"caf\xe9\n", "must be a CSV in UTF-8"),
        (gzip.compress(b"customer_id\na\n" * 100, mtime=0)[:-12], "must be a CSV in UTF-8, plain or gzip"),
    ],
)
def test_a_list_of_customers_that_is_none_is_refused(tmp_path, content, rule):
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
    ],
)
def test_purchases_that_are_none_are_refused(tmp_path, content, rule):
    (tmp_path / "truth").write_bytes(content)
    with pytest.raises(DataError, match=rule):
        read_purchases(tmp_path / "truth")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="there is none"):
        read_purchases(tmp_path / "nonesuch.csv")
