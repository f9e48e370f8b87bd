"""Missing, damaged and unreadable files, and full disks: an error of one line and no partial output."""

import errno
import gzip
import os
import random
import re

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from components.ingest.source import fingerprint_of
from tests.components.ingest.conftest import Shop
from transforms.columns import TABLES
from transforms.errors import DataError, DiskFullError


def test_a_missing_folder_stops(shop):
    with pytest.raises(DataError, match=r"the data folder does not exist. Received: .*nowhere"):
        ingest(shop.data_dir.parent / "nowhere", shop.to, IngestConfig())


def test_a_missing_file_stops(shop):
    shop.write()
    (shop.data_dir / "customers.csv").unlink()
    shop.assert_stops(r"must hold customers.csv or customers.csv.gz: neither is there")


def test_a_file_both_plain_and_packed_stops(shop):
    shop.write()
    shop.write(packed=True)
    shop.assert_stops("holds both articles.csv and articles.csv.gz: remove one")


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

    monkeypatch.setattr("components.ingest.table.find_violations", full)
    with pytest.raises(DiskFullError, match=r"is full .*Could not write file .x.: No space left on device") as stopped:
        shop.ingest()
    assert "\n" not in str(stopped.value)


def test_an_unreadable_file_stops(shop):
    shop.write()
    (shop.data_dir / "customers.csv").unlink()
    (shop.data_dir / "customers.csv").symlink_to("/proc/self/mem")  # Reading it fails even for root.
    shop.assert_stops("ingest: .*Input/output error")
    with pytest.raises(DataError, match=r"customers.csv cannot be read: Input/output error"):
        fingerprint_of(shop.data_dir)


HEADER = ",".join(column.name for column in TABLES["customers"]).encode()
PIECE = st.one_of(
    st.binary(max_size=8),
    st.sampled_from(
        [
            *(b"\n", b"\r\n", b"\r", b'"', b'""', b",", b"\0", b" "),
            *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xff", b"\x1f\x8b"),
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
        assert "\n" not in str(error)  # noqa: PT017 (valid content raises no error)
        assert not list(shop.to.parent.glob(".ingest-*"))
        return
    located = [(file, number) for file, number, *_, action in shop.rejects() if action == "row set aside"]
    for name, table_report in report.tables.items():
        assert table_report.rows_read == table_report.rows_kept + table_report.rows_rejected
        assert len(shop.rows(name)) == table_report.rows_kept
        assert len({number for file, number in located if file == table_report.file}) == table_report.rows_rejected


@pytest.mark.parametrize("left_out", [4, 9, 2000])
def test_a_truncated_gzip_file_stops(shop, left_out):
    shop.write(packed=True)
    noise = random.Random(7)
    for _ in range(2000):
        shop.add("customers", customer_id=f"{noise.getrandbits(128):032x}")
    packed = gzip.compress(shop.bytes_of("customers"))
    (shop.data_dir / "customers.csv.gz").write_bytes(packed[:-left_out])
    shop.assert_stops(re.escape("customers.csv.gz is cut off"))


def flip_a_bit_of_the_checksum(packed: bytes, plain: bytes) -> bytes:
    return packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:]


@pytest.mark.parametrize("damage", [flip_a_bit_of_the_checksum, lambda packed, plain: plain], ids=["bit", "plain"])
def test_a_damaged_gzip_file_stops(shop, damage):
    shop.write(packed=True)
    path = shop.data_dir / "articles.csv.gz"
    path.write_bytes(damage(path.read_bytes(), shop.bytes_of("articles")))
    shop.assert_stops("articles.csv.gz is not a sound gzip file")
