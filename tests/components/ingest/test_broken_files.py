"""Invalid files: an error of one line and no partial output."""

import errno
import gzip
import io
import itertools
import os
import random
import re
import zipfile

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from components.ingest.source import fingerprint_of
from tests.components.ingest.conftest import Shop
from transforms.columns import TABLES
from transforms.errors import DataError, DiskFullError


def stops(shop, message: str, **contents: bytes) -> None:
    with pytest.raises(DataError, match=message) as stopped:
        shop.ingest(**contents)
    assert "\n" not in str(stopped.value)
    assert not shop.to.exists()
    assert not shop.to.parent.exists() or not list(shop.to.parent.iterdir())


def test_a_folder_that_does_not_exist(shop):
    with pytest.raises(DataError, match=r"the data folder does not exist. Received: .*nowhere"):
        ingest(shop.data_dir.parent / "nowhere", shop.to, IngestConfig())


def test_a_missing_file(shop):
    shop.write()
    (shop.data_dir / "customers.csv").unlink()
    stops(shop, r"must hold customers.csv or customers.csv.gz: neither is there")


def test_a_file_both_plain_and_packed(shop):
    shop.write()
    shop.write(packed=True)
    stops(shop, "holds both articles.csv and articles.csv.gz: remove one")


def test_a_missing_column(shop):
    content = shop.bytes_of("transactions").replace(b"price", b"Price", 1)
    stops(shop, "transactions_train.csv lacks the column price; it has: t_dat, ", transactions=content)


def test_several_missing_columns(shop):
    stops(shop, "customers.csv lacks the columns customer_id, FN, Active", customers=b"age,x\n1,2\n")


def test_a_column_twice(shop):
    content = shop.bytes_of("transactions").replace(b"\n", b",price\n", 1)
    stops(shop, "has the column price more than once", transactions=content)


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file(shop, content):
    stops(shop, "articles.csv is empty", articles=content)


def test_a_header_without_rows(shop):
    stops(
        shop,
        "customers.csv has a header but no rows",
        customers=shop.bytes_of("customers").split(b"\n")[0] + b"\n",
    )


@pytest.mark.parametrize(("delimiter", "called"), [(b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")])
def test_another_delimiter(shop, delimiter, called):
    content = shop.bytes_of("transactions").replace(b",", delimiter)
    stops(shop, f"transactions_train.csv is delimited by {called}", transactions=content)


def test_latin_1(shop):
    shop.add("articles", article_id="1", product_code="1", prod_name="Blouse Zoé")
    content = shop.bytes_of("articles").decode().encode("latin-1")
    stops(shop, "articles.csv line 5 is not UTF-8", articles=content)


def test_utf_16(shop):
    stops(shop, "articles.csv line 1 is not", articles=shop.bytes_of("articles").decode().encode("utf-16"))


def test_a_quote_that_is_never_closed(shop):
    shop.lines["articles"][2] = shop.lines["articles"][2] + '"open'
    shop.lines["articles"][2] = '0100000002,1,"open' + "," * 22
    stops(shop, "articles.csv line 3 opens a quoted value that is never closed")


@pytest.mark.parametrize("ends", list(itertools.product([b"\n", b"\r\n"], repeat=5)), ids=repr)
def test_line_ends_of_two_kinds_are_read(shop, ends):
    lines = shop.bytes_of("transactions").splitlines()
    shop.ingest(transactions=b"".join(line + end for line, end in zip(lines, ends, strict=True)))
    assert len(shop.rows("transactions")) == 4
    assert shop.rejects() == []


def test_line_ends_that_are_carriage_returns_alone(shop):
    content = shop.bytes_of("transactions").replace(b"\n", b"\r")
    stops(shop, r"transactions_train.csv has line ends that are \\r alone .* save it again with", transactions=content)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("packed", [False, True])
def test_utf_16_of_both_byte_orders(shop, encoding, mark, packed):
    content = (mark + shop.bytes_of("customers").decode()).encode(encoding)
    shop.write(packed=packed, customers=content)
    stops(shop, r"customers.csv(.gz)? line 1 is not UTF-8: the file is UTF-16.* save it again as UTF-8")


@pytest.mark.parametrize(
    ("beginning", "message"),
    [
        (b"\n", "begins with an empty line: delete it"),
        (b"\xef\xbb\xbf\r\n", "begins with an empty line: delete it"),
        (b"  \n", "begins with an empty line: delete it"),
        (b"sep=,\n", "begins with Excel's `sep=` line: delete line 1"),
        (b'"sep=;"\r\n', "begins with Excel's `sep=` line: delete line 1"),
    ],
)
def test_a_line_before_the_header(shop, beginning, message):
    stops(shop, "customers.csv " + message, customers=beginning + shop.bytes_of("customers"))


def workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
    return packed.getvalue()


def archive() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("articles.csv", "article_id\n1\n")
    return packed.getvalue()


def parquet() -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table({"article_id": ["1"]}), written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\0" * 5_000, "consists of NUL bytes: its copy or download failed"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n", "is an HTML page"),
        (b"\n  <html>\n</html>\n", "is an HTML page"),
        (b'<?xml version="1.0"?>\n<rows/>\n', "is an XML file"),
        (b'[{"article_id": "1"}]\n', "is a JSON file"),
        (workbook(), r"is an Excel workbook \(xlsx\): save it again as CSV UTF-8"),
        (archive(), "is a ZIP file: unpack it"),
        (parquet(), "is a Parquet file: write it as CSV"),
        (gzip.compress(b"article_id\n1\n"), "is a gzip file: unpack it, or let its name end in .csv.gz"),
        (b"PAR1\x15\x04,\x00\n", "is a Parquet file: write it as CSV"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "is a Git LFS pointer"),
    ],
    ids=["NUL", "HTML", "HTML later", "XML", "JSON", "xlsx", "ZIP", "Parquet", "gzip", "Parquet, comma", "LFS"],
)
def test_another_file_format_is_named(shop, content, message):
    stops(shop, "articles.csv " + message, articles=content)


@pytest.mark.parametrize("name", ["ORC", "{note}", "[1]", "PAR1", "Obj"])
def test_a_column_name_may_begin_like_another_file_format(shop, name):
    header, *rows = shop.lines["customers"]
    shop.ingest(customers="\n".join([f"{name},{header}", *(f"x,{row}" for row in rows)]).encode())
    assert len(shop.rows("customers")) == 2


def test_carriage_returns_after_the_header_are_named(shop):
    header, *rows = shop.bytes_of("transactions").splitlines()
    stopped = r"most often too many values: line ends must be \\n or \\r\\n, not \\r alone \(1\)"
    with pytest.raises(DataError, match=stopped):
        shop.ingest(transactions=header + b"\n" + b"\r".join(rows))


def test_a_header_in_other_case_names_the_columns_to_rename(shop):
    content = shop.bytes_of("customers").replace(b"customer_id", b"Customer_ID", 1)
    stops(shop, "lacks the column customer_id; it has: .* rename 'Customer_ID' to customer_id", customers=content)


@pytest.mark.parametrize(("mark", "shown"), [("\ufeff", r"\\ufeff"), ("\u200b", r"\\u200b"), ("\u00a0", r"\\xa0")])
def test_invisible_characters_in_a_header_are_shown(shop, mark, shown):
    content = shop.bytes_of("customers").replace(b"customer_id", f"{mark}customer_id".encode(), 1)
    content = b"\xef\xbb\xbf" + content
    stops(shop, f"lacks the column customer_id; .* rename '{shown}customer_id' to customer_id", customers=content)


def test_the_word_mustard_is_not_taken_for_a_tar_archive(shop):
    header, *rows = shop.bytes_of("customers").split(b"\n", 1)
    text = header + b"\n" + b"00cc,,,,,," + b"x" * (256 - len(header) - 11) + b"mustard\n"
    assert text[257:262] == b"ustar"
    shop.ingest(customers=text + rows[0])
    assert len(shop.rows("customers")) == 3


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_names_its_folder(shop, monkeypatch, error):
    def full(*_):
        raise OSError(error, os.strerror(error))

    shop.write(packed=True)
    monkeypatch.setattr("components.ingest.source.shutil.copyfileobj", full)
    with pytest.raises(DiskFullError, match=f"ingest: the disk of {re.escape(str(shop.to.parent))} is full") as stopped:
        shop.ingest()
    assert "\n" not in str(stopped.value)
    assert not list(shop.to.parent.iterdir())


def test_a_full_disk_found_by_duckdb_has_the_same_error(shop, monkeypatch):
    def full(*_):
        raise duckdb.IOException('IO Error: Could not write file "x": No space left on device\nmore')

    monkeypatch.setattr("components.ingest.executor._write_table", full)
    with pytest.raises(DiskFullError, match=r"is full .*Could not write file .x.: No space left on device") as stopped:
        shop.ingest()
    assert "\n" not in str(stopped.value)


def test_an_unreadable_file(shop):
    shop.write()
    (shop.data_dir / "customers.csv").unlink()
    (shop.data_dir / "customers.csv").symlink_to("/proc/self/mem")  # Reading it fails even for root.
    stops(shop, "ingest: .*Input/output error")
    with pytest.raises(DataError, match=r"customers.csv cannot be read: Input/output error"):
        fingerprint_of(shop.data_dir)


HEADER = ",".join(column.name for column in TABLES["customers"]).encode()
PIECE = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            *(
                b"\n",
                b"\r\n",
                b"\r",
                b'"',
                b'""',
                b",",
                b"\0",
                b" ",
                b"\xef\xbb\xbf",
                b"\xff\xfe",
                b"\xff",
                b"\x1f\x8b",
            ),
            *(b"00aa,,,ACTIVE,NONE,31,pc\n", b'"00cc",,,,,,\n', "\u2028\u0085é".encode(), b"sep=,\n", b"PK\x03\x04"),
            *(HEADER + b"\n", b"x" * 5_000, b"1e400", b"2020-02-30", b"<html>", b"{"),
        ]
    ),
)


@settings(max_examples=60)
@given(
    table=st.sampled_from(list(TABLES)),
    with_header=st.booleans(),
    packed=st.booleans(),
    pieces=st.lists(PIECE, max_size=20),
)
def test_any_bytes_are_read_with_all_rows_counted_or_refused_in_one_line(
    tmp_path_factory, table, with_header, packed, pieces
):
    shop = Shop(tmp_path_factory.mktemp("shop"))
    content = (shop.bytes_of(table) if with_header else b"") + b"".join(pieces)
    shop.write(packed=packed, **{table: content})
    try:
        report = shop.ingest(IngestConfig(max_rejected_share=1.0, memory_limit_gib=0.5))
    except DataError as error:
        report, message = None, str(error)
    else:
        message = ""
    assert "\n" not in message
    if report is None:
        assert not list(shop.to.parent.glob(".ingest-*"))
        return
    located = [(file, number) for file, number, *_, action in shop.rejects() if action == "row set aside"]
    for name, told in report.tables.items():
        assert told.rows_read == told.rows_kept + told.rows_rejected
        assert len(shop.rows(name)) == told.rows_kept
        assert len({number for file, number in located if file == told.file}) == told.rows_rejected


@pytest.mark.parametrize("left_out", [4, 9, 2000])
def test_a_truncated_gzip_file(shop, left_out):
    shop.write(packed=True)
    noise = random.Random(7)
    for _ in range(2000):
        shop.add("customers", customer_id=f"{noise.getrandbits(128):032x}")
    packed = gzip.compress(shop.bytes_of("customers"))
    (shop.data_dir / "customers.csv.gz").write_bytes(packed[:-left_out])
    stops(shop, re.escape("customers.csv.gz is cut off"))


def test_a_gzip_file_with_a_flipped_bit(shop):
    shop.write(packed=True)
    path = shop.data_dir / "articles.csv.gz"
    packed = bytearray(path.read_bytes())
    packed[-6] ^= 1  # a bit of the checksum
    path.write_bytes(bytes(packed))
    stops(shop, "articles.csv.gz is not a sound gzip file")


def test_a_plain_file_named_gz(shop):
    shop.write(packed=True)
    (shop.data_dir / "articles.csv.gz").write_bytes(shop.bytes_of("articles"))
    stops(shop, "articles.csv.gz is not a sound gzip file")
