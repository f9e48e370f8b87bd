"""The newest week is read with the columns of its articles and customers."""

import datetime
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.drift.recent import COLUMNS, read_recent
from components.drift.statistics import drift_statistics, features_of
from components.drift.thresholds import read_thresholds

LAST = datetime.date(2020, 9, 22)
CATEGORIES = ("product_type_name", "product_group_name", "colour_group_name", "department_name")
CATEGORIES += ("index_group_name", "garment_group_name")


@pytest.fixture
def tables(tmp_path):
    """Article a costs 2, and 4 in the newest week; article b is new; c has no price. One customer is unknown."""
    days = [LAST - datetime.timedelta(days=days) for days in (36, 20, 8, 6, 0, 0, 0)]
    sold = {
        "t_dat": pa.array(days, pa.date32()),
        "customer_id": ["x", "x", "x", "x", "x", "y", "y"],
        "article_id": ["a", "a", "a", "a", "b", "a", "c"],
        "price": [100.0, 2.0, 2.0, 4.0, 8.0, 4.0, 0.0],
        "sales_channel_id": pa.array([1, 1, 1, 1, 2, None, 2], pa.int64()),
    }
    pq.write_table(pa.table(sold), tmp_path / "transactions.parquet")
    articles = {"article_id": ["a", "b", "c"], **{name: ["A", "B", None] for name in CATEGORIES}}
    pq.write_table(pa.table(articles), tmp_path / "articles.parquet")
    customers = {"customer_id": ["x"], "age": [31.0], "club_member_status": ["ACTIVE"]}
    pq.write_table(pa.table(customers), tmp_path / "customers.parquet")
    return tmp_path


def rows(tables):
    found = read_recent(tables, 7)
    assert set(found.column_names) == set(COLUMNS)
    return sorted(found.to_pylist(), key=str)


def test_only_the_newest_days_count(tables):
    assert len(rows(tables)) == 4
    assert len(read_recent(tables, 9)) == 5


def test_prices_are_logarithms_and_are_compared_with_those_of_four_weeks_before(tables):
    found = {(row["department_name"], row["age"]): (row["price"], row["price_ratio"]) for row in rows(tables)}
    assert found == {
        ("A", 31.0): (2.0, 1.0),
        ("A", None): (2.0, 1.0),
        ("B", 31.0): (3.0, None),
        (None, None): (None, None),
    }


def test_categories_are_strings(tables):
    assert sorted(str(row["sales_channel_id"]) for row in rows(tables)) == ["1", "2", "2", "None"]


def test_the_histogram_of_a_price_has_fixed_buckets(tables):
    feature = features_of(drift_statistics({}, read_recent(tables, 7), read_thresholds()))["recent.price"]
    (histogram,) = feature.num_stats.histograms
    filled = {bucket.low_value: bucket.sample_count for bucket in histogram.buckets if bucket.sample_count}
    assert filled == {2.0: 2.0, 3.0: 1.0}
    assert {bucket.high_value - bucket.low_value for bucket in histogram.buckets} == {0.5}
    assert feature.num_stats.common_stats.tot_num_values == 3
    assert math.isclose(feature.num_stats.mean, 7 / 3, rel_tol=1e-6)
