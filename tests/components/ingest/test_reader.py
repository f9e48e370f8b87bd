"""The reader on whole files, with any block size, compared with DuckDB on plain files."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.ingest import reader
from components.ingest.config import IngestConfig
from components.ingest.reader import Malformed, Reader
from components.ingest.source import open_source
from tests.components.ingest.conftest import Shop
from transforms.errors import DataError

CONFIG = IngestConfig(max_rejected_share=1.0, memory_limit_gib=0.5)


def read(shop: Shop, table: str) -> tuple[list[dict], list[Malformed]]:
    reading = Reader(open_source(shop.data_dir, table, shop.data_dir), max_malformed=100)
    rows = [row for batch in reading.batches() for row in batch.to_pylist()]
    return rows, reading.malformed


@pytest.fixture
def odd(shop) -> Shop:
    """Articles with all special cases of records, at known lines."""
    filler = "," * 22
    shop.lines["articles"][1:] = [
        f'a1,1{filler},"two\nlines, é"',  # 2, 3
        "",  # 4
        'a2,"open',  # 5
        f'a3,5" tv{filler},\u2028x',  # 6
        f'a4,1{filler},"say ""so"""\r',  # 7
        "a5,1",  # 8
        f' "a6" ,1{filler},\0',  # 9
    ]
    shop.write()
    return shop


@pytest.mark.parametrize("block", [1, 2, 3, 7, 50, 1_000, 4 << 20])
def test_rows_and_line_numbers_do_not_depend_on_the_block_size(odd, block, monkeypatch):
    monkeypatch.setattr(reader, "BLOCK_BYTES", block)
    rows, malformed = read(odd, "articles")
    assert [(row["line"], row["article_id"], row["product_code"], row["detail_desc"]) for row in rows] == [
        (2, "a1", "1", "two\nlines, é"),
        (6, "a3", '5" tv', "\u2028x"),
        (7, "a4", "1", 'say "so"'),
        (9, "a6", "1", "\0"),
    ]
    assert malformed == [
        Malformed(5, 'a2,"open', "product_code", "a quote in the wrong place"),
        Malformed(8, "a5,1", "prod_name", "too few values"),
    ]


@pytest.mark.parametrize("block", [*range(1, 12), 4 << 20])
@pytest.mark.parametrize("bad", [b"\xe9", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80"])
def test_a_byte_that_is_not_utf_8_is_found_for_any_block_size(shop, block, bad, monkeypatch):
    shop.add("customers", customer_id="BAD", postal_code="x")
    shop.add("customers", customer_id="00dd", postal_code="x")
    shop.write(customers=shop.bytes_of("customers").replace(b"BAD", b"Zo" + bad))
    monkeypatch.setattr(reader, "BLOCK_BYTES", block)
    with pytest.raises(DataError, match=r"customers.csv line 4 is not UTF-8"):
        read(shop, "customers")


def test_a_truncated_character_at_the_end_is_not_utf_8(shop):
    shop.write(customers=shop.bytes_of("customers") + b"00cc,,,,,,\xc3")
    with pytest.raises(DataError, match=r"customers.csv line 4 is not UTF-8"):
        read(shop, "customers")


CELL = st.text(st.sampled_from("0a-. "), max_size=4)


@given(
    rows=st.lists(st.lists(st.one_of(CELL, st.just("00aa")), min_size=7, max_size=7), max_size=6),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=20)
def test_duckdb_and_the_reader_give_equal_tables_rejects_and_reports(tmp_path_factory, rows, end):
    """Reads a file without quotes with DuckDB and with the reader."""
    found = []
    for plain in (True, False):
        shop = Shop(tmp_path_factory.mktemp("shop"))
        lines = [*shop.lines["customers"], *(",".join(row) for row in rows)]
        with pytest.MonkeyPatch.context() as patch:
            if not plain:
                patch.setattr("components.ingest.staging.is_plain", lambda source: False)
            report = shop.ingest(CONFIG, customers=(end.join(lines) + end).encode())
        found.append((report, shop.rows("customers"), shop.rejects()))
    assert found[0] == found[1]
