"""The statistics of the tables are joined, with the histogram that suits the column."""

import pyarrow as pa
import pytest
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.drift.recent import COLUMNS
from components.drift.shown import feature_shares
from components.drift.statistics import count_values, drift_statistics, features_of, read_statistics, write_statistics
from components.drift.thresholds import read_thresholds
from tests.components.drift.statistics_by_hand import statistics

NOTHING = pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
QUANTILES, STANDARD = statistics_pb2.Histogram.QUANTILES, statistics_pb2.Histogram.STANDARD


@pytest.fixture
def joined():
    of_table = statistics(price=[9, 1], sales_channel_id=[9, 1], customer_id={"a": 10})
    for feature in of_table.datasets[0].features[:2]:
        quantiles = feature.num_stats.histograms.add(type=QUANTILES)
        quantiles.buckets.add(low_value=0, high_value=0.5, sample_count=5)
        quantiles.buckets.add(low_value=0.5, high_value=2, sample_count=5)
    return drift_statistics({"transactions": of_table}, NOTHING, read_thresholds())


def test_columns_without_a_threshold_are_left_out(joined):
    assert count_values(joined) == {"transactions.price": 10, "transactions.sales_channel_id": 10}


def test_prices_are_compared_by_buckets_of_equal_counts_and_whole_numbers_by_equal_widths(joined):
    found = {}
    for name, feature in features_of(joined).items():
        (histogram,) = feature.num_stats.histograms
        assert histogram.type == STANDARD, "the type that TFDV compares"
        found[name] = [bucket.sample_count for bucket in histogram.buckets]
    assert found == {"transactions.price": [5, 5], "transactions.sales_channel_id": [9, 1]}


def test_statistics_are_read_as_written(joined, tmp_path):
    write_statistics(joined, tmp_path)
    assert read_statistics(tmp_path) == joined
    assert read_statistics(tmp_path / "none") is None


def test_the_most_frequent_values_are_shown_with_both_shares():
    before = features_of(statistics(x={"a": 30, "b": 10}))["x"]
    now = features_of(statistics(x={"b": 4, "c": 1}))["x"]
    assert feature_shares(before, now) == [("b", 0.25, 0.8), ("a", 0.75, 0.0), ("c", 0.0, 0.2)]


def test_a_number_is_shown_in_the_buckets_of_the_run_before():
    before = features_of(statistics(x=[30, 10]))["x"]
    now = features_of(statistics(x=[2, 1, 1]))["x"]
    assert feature_shares(before, now) == [("to 1", 0.75, 0.5), ("to 2", 0.25, 0.5)]


def test_a_single_value_counts_in_the_bucket_that_ends_with_it():
    now = features_of(statistics(x=[0, 0]))["x"]
    now.num_stats.histograms[0].buckets.add(low_value=1, high_value=1, sample_count=4)
    assert feature_shares(features_of(statistics(x=[1, 1]))["x"], now) == [("to 1", 0.5, 1.0), ("to 2", 0.5, 0.0)]


def test_nothing_is_shown_of_a_number_that_was_constant():
    before, now = (features_of(statistics(x=[4]))["x"] for _ in range(2))
    before.num_stats.histograms[0].buckets[0].high_value = 0
    assert feature_shares(before, now) == []


def test_nothing_is_shown_of_a_column_of_one_run_alone():
    only = features_of(statistics(x=[1], y={"a": 1}))
    assert feature_shares(only["x"], None) == feature_shares(only["x"], only["y"]) == []
