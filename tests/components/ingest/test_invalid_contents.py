"""Files whose header, encoding or format is invalid: an error of one line and no output."""

import gzip
import io
import itertools
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.components.ingest.conftest import line
from transforms.errors import DataError


def with_latin_1(content: bytes) -> bytes:
    added = line("articles", article_id="1", product_code="1", prod_name="Blouse Zoé")
    return f"{content.decode()}{added}\n".encode("latin-1")


def with_unclosed_quote(content: bytes) -> bytes:
    lines = content.split(b"\n")
    return b"\n".join([*lines[:2], b'0100000002,1,"open' + b"," * 22, *lines[3:]])


def with_invisible(mark: str):
    return lambda content: b"\xef\xbb\xbf" + content.replace(b"customer_id", f"{mark}customer_id".encode(), 1)


def zip_of(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    return packed.getvalue()


def parquet() -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table({"article_id": ["1"]}), written)
    return written.getvalue()


WORKBOOK = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
# The table, the change of its valid content, and the error.
HEADERS = {
    "missing column": (
        "transactions",
        lambda content: content.replace(b"price", b"Price", 1),
        "transactions_train.csv lacks the column price; it has: t_dat, ",
    ),
    "missing columns": (
        "customers",
        lambda _: b"age,x\n1,2\n",
        "customers.csv lacks the columns customer_id, FN, Active",
    ),
    "repeated column": (
        "transactions",
        lambda content: content.replace(b"\n", b",price\n", 1),
        "has the column price more than once",
    ),
    "other case": (
        "customers",
        lambda content: content.replace(b"customer_id", b"Customer_ID", 1),
        "lacks the column customer_id; it has: .* rename 'Customer_ID' to customer_id",
    ),
    "empty": ("articles", lambda _: b"", "articles.csv is empty"),
    "empty lines": ("articles", lambda _: b"\n\n", "articles.csv is empty"),
    "no rows": ("customers", lambda content: content.split(b"\n")[0] + b"\n", "customers.csv has a header but no rows"),
    **{
        f"line {beginning!r} before": (
            "customers",
            lambda content, beginning=beginning: beginning + content,
            f"customers.csv begins with {message}",
        )
        for beginning, message in (
            (b"\n", "an empty line: delete it"),
            (b"\xef\xbb\xbf\r\n", "an empty line: delete it"),
            (b"  \n", "an empty line: delete it"),
            (b"sep=,\n", "Excel's `sep=` line: delete line 1"),
            (b'"sep=;"\r\n', "Excel's `sep=` line: delete line 1"),
        )
    },
    **{
        f"invisible {shown}": (
            "customers",
            with_invisible(mark),
            rf"lacks the column customer_id; .* rename '\\{shown}customer_id' to customer_id",
        )
        for mark, shown in (("\ufeff", "ufeff"), ("\u200b", "u200b"), ("\u00a0", "xa0"))
    },
}
ENCODINGS = {
    **{
        called: (
            "transactions",
            lambda content, delimiter=delimiter: content.replace(b",", delimiter),
            f"transactions_train.csv is delimited by {called}",
        )
        for called, delimiter in (("semicolons", b";"), ("tabs", b"\t"), ("bars", b"|"))
    },
    "Latin-1": ("articles", with_latin_1, "articles.csv line 5 is not UTF-8"),
    "UTF-16": ("articles", lambda content: content.decode().encode("utf-16"), "articles.csv line 1 is not"),
    "unclosed quote": (
        "articles",
        with_unclosed_quote,
        "articles.csv line 3 opens a quoted value that is never closed",
    ),
    "carriage returns": (
        "transactions",
        lambda content: content.replace(b"\n", b"\r"),
        r"transactions_train.csv has line ends that are \\r alone .* save it again with",
    ),
}
FORMATS = {
    name: ("articles", lambda _, content=content: content, f"articles.csv {message}")
    for name, content, message in (
        ("NUL", b"\0" * 5_000, "consists of NUL bytes: its copy or download failed"),
        ("HTML", b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "is an HTML page"),
        ("HTML later", b"\n  <html>\n</html>\n", "is an HTML page"),
        ("XML", b'<?xml version="1.0"?>\n<rows/>\n', "is an XML file"),
        ("JSON", b'[{"article_id": "1"}]\n', "is a JSON file"),
        ("xlsx", zip_of(**WORKBOOK), r"is an Excel workbook \(xlsx\): save it again as CSV UTF-8"),
        ("ZIP", zip_of(**{"articles.csv": "article_id\n1\n"}), "is a ZIP file: unpack it"),
        ("Parquet", parquet(), "is a Parquet file: write it as CSV"),
        ("Parquet, comma", b"PAR1\x15\x04,\x00\n", "is a Parquet file: write it as CSV"),
        ("gzip", gzip.compress(b"article_id\n1\n"), "is a gzip file: unpack it, or let its name end in .csv.gz"),
        ("LFS", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "is a Git LFS pointer"),
    )
}
INVALID = {**HEADERS, **ENCODINGS, **FORMATS}


@pytest.mark.parametrize(("table", "change", "message"), INVALID.values(), ids=INVALID)
def test_an_invalid_file_stops_with_its_fault(shop, table, change, message):
    shop.assert_stops(message, **{table: change(shop.bytes_of(table))})


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("packed", [False, True])
def test_utf_16_of_both_byte_orders_stops(shop, encoding, mark, packed):
    content = (mark + shop.bytes_of("customers").decode()).encode(encoding)
    shop.write(packed=packed, customers=content)
    shop.assert_stops(r"customers.csv(.gz)? line 1 is not UTF-8: the file is UTF-16.* save it again as UTF-8")


def test_carriage_returns_after_the_header_are_named(shop):
    header, *rows = shop.bytes_of("transactions").splitlines()
    stopped = r"most often too many values: line ends must be \\n or \\r\\n, not \\r alone \(1\)"
    with pytest.raises(DataError, match=stopped):
        shop.ingest(transactions=header + b"\n" + b"\r".join(rows))


@pytest.mark.parametrize("ends", list(itertools.product([b"\n", b"\r\n"], repeat=5)), ids=repr)
def test_line_ends_of_two_kinds_are_read(shop, ends):
    lines = shop.bytes_of("transactions").splitlines()
    shop.ingest(transactions=b"".join(line + end for line, end in zip(lines, ends, strict=True)))
    assert len(shop.rows("transactions")) == 4
    assert shop.rejects() == []


@pytest.mark.parametrize("name", ["ORC", "{note}", "[1]", "PAR1", "Obj"])
def test_a_column_name_may_begin_like_another_file_format(shop, name):
    header, *rows = shop.lines["customers"]
    shop.ingest(customers="\n".join([f"{name},{header}", *(f"x,{row}" for row in rows)]).encode())
    assert len(shop.rows("customers")) == 2


def test_the_word_mustard_is_not_taken_for_a_tar_archive(shop):
    header, *rows = shop.bytes_of("customers").split(b"\n", 1)
    text = header + b"\n" + b"00cc,,,,,," + b"x" * (256 - len(header) - 11) + b"mustard\n"
    assert text[257:262] == b"ustar"
    shop.ingest(customers=text + rows[0])
    assert len(shop.rows("customers")) == 3
