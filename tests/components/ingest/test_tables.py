"""The output of ingest for valid rows."""

import datetime
import json
import os
import platform
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from components.ingest.config import IngestConfig
from components.ingest.report import IngestReport
from components.ingest.source import fingerprint_of
from tests.components.ingest.conftest import GOOD
from tests.tiny_shop import TYPES
from transforms.columns import TABLES
from transforms.errors import ConfigError, DataError


def test_every_column_has_the_type_of_its_kind(shop):
    shop.ingest()
    for table, columns in TABLES.items():
        schema = pq.read_schema(shop.to / f"{table}.parquet")
        assert dict(zip(schema.names, schema.types, strict=True)) == {
            column.name: TYPES[column.kind] for column in columns
        }


def test_transactions_are_sorted_and_repeated_ones_are_kept(shop):
    shop.ingest()
    assert [(str(r["t_dat"]), r["customer_id"], r["article_id"]) for r in shop.rows("transactions")] == [
        ("2020-09-01", "00aa", "0100000001"),
        ("2020-09-01", "00aa", "0100000001"),
        ("2020-09-01", "00bb", "0200000001"),
        ("2020-09-02", "00bb", "0100000002"),
    ]


def test_equal_transactions_are_sorted_by_price_and_channel_with_empty_first(shop):
    for price, channel in (("0.3", "1"), ("0.2", "2"), ("0.2", ""), ("0.2", "1")):
        shop.add("transactions", **{**GOOD, "price": price, "sales_channel_id": channel})
    shop.ingest()
    assert [(r["price"], r["sales_channel_id"]) for r in shop.rows("transactions")[-4:]] == [
        (0.2, None),
        (0.2, 1),
        (0.2, 2),
        (0.3, 1),
    ]


def test_articles_and_customers_are_sorted_by_id_as_strings_with_their_leading_zeros(shop):
    shop.add("articles", article_id="9", product_code="9")
    shop.add("articles", article_id="0000000010", product_code="0001")
    shop.ingest()
    assert [r["article_id"] for r in shop.rows("articles")] == [
        "0000000010",
        "0100000001",
        "0100000002",
        "0200000001",
        "9",
    ]
    assert shop.rows("articles")[0]["product_code"] == "0001"


def test_an_empty_optional_value_is_null_quoted_or_not(shop):
    shop.lines["customers"].append('00cc,,"",,"NONE",,')
    shop.ingest()
    row = shop.rows("customers")[-1]
    assert row == {
        "customer_id": "00cc",
        "FN": None,
        "Active": None,
        "club_member_status": None,
        "fashion_news_frequency": "NONE",
        "age": None,
        "postal_code": None,
    }
    assert shop.rejects() == []


def test_a_whole_number_may_be_written_with_a_decimal_point_as_pandas_does(shop):
    shop.add("articles", article_id="1", product_code="1", product_type_no="12.0")
    shop.ingest()
    assert shop.rows("articles")[-1]["product_type_no"] == 12


def test_commas_quotes_and_line_breaks_inside_a_quoted_text_are_kept(shop):
    text = 'Soft, "brushed" inside.\nLong sleeves.'
    shop.add("articles", article_id="1", product_code="1", detail_desc=text)
    shop.ingest()
    assert shop.rows("articles")[-1]["detail_desc"] == text


def test_columns_may_come_in_any_order_and_with_others_among_them(shop):
    content = b"article_id,note,price,t_dat,sales_channel_id,customer_id\n0100000001,hello,0.5,2020-09-03,2,00aa\n"
    shop.ingest(transactions=content)
    assert shop.rows("transactions") == [
        {
            "t_dat": datetime.date(2020, 9, 3),
            "customer_id": "00aa",
            "article_id": "0100000001",
            "price": 0.5,
            "sales_channel_id": 2,
        }
    ]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: content.rstrip(b"\n"),
        lambda content: content + b"\n\n",
    ],
    ids=["byte order mark", "CRLF", "no line end at the end", "empty lines at the end"],
)
def test_equivalent_encodings_of_a_file_give_the_same_tables(shop, spoil):
    shop.ingest(**{table: spoil(shop.bytes_of(table)) for table in TABLES})
    assert len(shop.rows("transactions")) == 4
    assert shop.rows("articles")[0]["article_id"] == "0100000001"
    assert shop.rejects() == []


def test_gzip_and_plain_files_give_the_same_bytes(shop):
    shop.add("transactions", t_dat="never", customer_id="00aa", article_id="0100000001", price="1")
    shop.ingest()
    plain = {path.name: path.read_bytes() for path in shop.to.glob("*.parquet")}
    for path in [*shop.to.iterdir(), *shop.data_dir.iterdir()]:
        path.unlink()
    shop.write(packed=True)
    shop.ingest()
    assert {path.name: path.read_bytes() for path in shop.to.glob("*.parquet")} == plain
    assert shop.rejects()[0][:2] == ("transactions_train.csv.gz", 6)


def test_the_report_is_read_back_as_it_was_written(shop):
    report = shop.ingest()
    assert IngestReport.read(shop.to) == report
    assert (report.first_day, report.last_day) == (datetime.date(2020, 9, 1), datetime.date(2020, 9, 2))
    assert json.loads((shop.to / "ingest.json").read_text())["tables"]["articles"]["rows_kept"] == 3


def test_only_the_documented_files_remain(shop):
    shop.ingest()
    assert sorted(path.name for path in shop.to.parent.iterdir()) == ["tables"]
    assert sorted(path.name for path in shop.to.iterdir()) == [
        "articles.parquet",
        "customers.parquet",
        "ingest.json",
        "rejects.csv",
        "transactions.parquet",
    ]


def test_folders_of_killed_runs_are_removed_but_not_those_of_running_ones(shop):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    abandoned = shop.to.parent / f".ingest-{platform.node()}-{ended.pid}-abc"
    working = shop.to.parent / f".ingest-{platform.node()}-{os.getpid()}-abc"
    elsewhere = shop.to.parent / f".ingest-another-{platform.node()}-{ended.pid}-abc"
    for folder in (abandoned, working, elsewhere):
        folder.mkdir(parents=True)
    shop.ingest()
    assert [folder.exists() for folder in (abandoned, working, elsewhere)] == [False, True, True]


def test_a_folder_that_is_not_empty_is_refused(shop):
    shop.to.mkdir(parents=True)
    (shop.to / "mine").touch()
    with pytest.raises(DataError, match="must be empty"):
        shop.ingest()


def test_the_fingerprint_depends_on_contents_and_names_only(shop):
    shop.write()
    first = fingerprint_of(shop.data_dir)
    shop.write()
    assert fingerprint_of(shop.data_dir) == first
    shop.add("customers", customer_id="00cc")
    shop.write()
    assert fingerprint_of(shop.data_dir) != first


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("max_rejected_share", 1.5),
        ("max_rejected_share", -0.1),
        ("max_rejected_share", float("nan")),
        ("max_reject_lines", 0),
        ("statistics_rows", 0),
        ("memory_limit_gib", 0.1),
        ("memory_limit_gib", float("inf")),
    ],
)
def test_a_setting_out_of_its_range_is_refused_by_name(setting, value):
    with pytest.raises(ConfigError, match=f"ingest.{setting} must be .* Received: {value}"):
        IngestConfig.from_tree({setting: value}, "ingest")
