"""Files that are not such CSVs: one clear line, and nothing half written."""

import gzip
import itertools
import random
import re

import pytest

from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from transforms.errors import DataError


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
def test_line_ends_of_two_kinds_are_read_right_or_refused(shop, ends):
    lines = shop.bytes_of("transactions").splitlines()
    content = b"".join(line + end for line, end in zip(lines, ends, strict=True))
    shop.write(transactions=content)
    try:
        shop.ingest()
    except DataError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert len(set(ends)) == 2
        assert refused.startswith("transactions_train.csv cannot be read: its line ends are of two kinds")
        assert not list(shop.to.parent.iterdir())
    else:
        assert len(shop.rows("transactions")) == 4
        assert shop.rejects() == []


@pytest.mark.parametrize("left_out", [4, 9, 2000])
def test_a_gzip_file_that_was_cut_off(shop, left_out):
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
    packed[-6] ^= 1  # In the checksum.
    path.write_bytes(bytes(packed))
    stops(shop, "articles.csv.gz is not a sound gzip file")


def test_a_plain_file_called_gz(shop):
    shop.write(packed=True)
    (shop.data_dir / "articles.csv.gz").write_bytes(shop.bytes_of("articles"))
    stops(shop, "articles.csv.gz is not a sound gzip file")
