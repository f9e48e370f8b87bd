"""TFX's DistributionValidator compares the columns that both runs have."""

import math

import pytest
from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx.utils import proto_utils

from components.drift.comparison import read_comparisons
from components.drift.thresholds import read_thresholds, validator_config
from tests.components.drift.statistics_by_hand import compared, statistics, validate


def test_the_value_of_a_category_is_the_largest_change_of_a_share(tmp_path):
    before = statistics(recent__sales_channel_id={"1": 3000, "2": 7000})
    now = statistics(recent__sales_channel_id={"1": 2500, "2": 2500})
    found = compared(tmp_path, now, before)["recent.sales_channel_id"]
    assert found.value == pytest.approx(0.2)
    assert (found.state, found.threshold, found.rows, found.rows_before) == ("drifted", 0.15, 5000, 10_000)
    assert found.line == (
        "recent.sales_channel_id: differs from the last pushed run: L-infinity distance 0.2000, threshold 0.15"
    )


def test_a_lost_value_counts_with_its_whole_share(tmp_path):
    before = statistics(recent__sales_channel_id={"1": 3000, "2": 7000})
    found = compared(tmp_path, statistics(recent__sales_channel_id={"2": 7000}), before)["recent.sales_channel_id"]
    assert (found.value, found.is_alarm) == (pytest.approx(0.3), True)


def test_the_value_of_a_number_is_the_divergence_of_its_histograms(tmp_path):
    """Of p = (1/2, 1/2) and q = (1/4, 3/4): half of KL(p, m) and of KL(q, m) with m = (3/8, 5/8)."""
    found = compared(tmp_path, statistics(recent__price=[1000, 3000]), statistics(recent__price=[2000, 2000]))
    halves = [(0.5, 0.375), (0.5, 0.625), (0.25, 0.375), (0.75, 0.625)]
    expected = sum(share * math.log2(share / middle) for share, middle in halves) / 2
    assert found["recent.price"].value == pytest.approx(expected, abs=1e-6)
    assert found["recent.price"].state == ("drifted" if expected > 0.05 else "steady")


def test_equal_statistics_are_steady(tmp_path):
    same = statistics(recent__price=[10, 5000], recent__sales_channel_id={"1": 5000})
    found = compared(tmp_path, same, same)
    assert {name: found[name].state for name in ("recent.price", "recent.sales_channel_id")} == {
        "recent.price": "steady",
        "recent.sales_channel_id": "steady",
    }
    assert not any(each.is_alarm for each in found.values())


def test_few_values_are_not_judged(tmp_path):
    before = statistics(recent__sales_channel_id={"1": 999})
    found = compared(tmp_path, statistics(recent__sales_channel_id={"2": 5000}), before)["recent.sales_channel_id"]
    assert (found.state, found.value, found.is_alarm) == ("few", None, False)


def test_a_new_column_is_not_judged_and_a_lost_one_is_an_alarm(tmp_path):
    now = statistics(recent__price=[5000], customers__age=[0])
    found = compared(tmp_path, now, statistics(customers__age=[3000, 2000]))
    assert (found["recent.price"].state, found["recent.price"].is_alarm) == ("missing", False)
    assert found["customers.age"].state == "lost"
    assert found["customers.age"].line == "customers.age: has no values any more; the last pushed run had 5,000"
    assert found["articles.department_name"].state == "missing"


def test_columns_that_cannot_be_compared_are_no_anomalies_of_tfx(tmp_path):
    validate(tmp_path, statistics(recent__price=[5000]), statistics(customers__age=[5000]))
    assert read_comparisons(tmp_path / "anomalies").anomaly_info == {}


def test_an_alarm_is_an_anomaly_of_tfx(tmp_path):
    before, now = ({"1": 5000}, {"2": 5000})
    statistics_of = [statistics(recent__sales_channel_id=counts) for counts in (now, before)]
    anomalies = validate(tmp_path, *statistics_of)
    (info,) = read_comparisons(tmp_path / "anomalies").anomaly_info.values()
    assert [reason.type for reason in info.reason] == [anomalies_pb2.AnomalyInfo.COMPARATOR_L_INFTY_HIGH]
    assert anomalies.get_json_value_custom_property("blessed") == {"all_all": 0}


def test_without_statistics_of_a_pushed_run_nothing_is_compared(tmp_path):
    anomalies = validate(tmp_path, statistics(recent__price=[5000]), None)
    assert anomalies.get_json_value_custom_property("blessed") == {"all": 2}
    assert read_comparisons(tmp_path / "anomalies") == anomalies_pb2.Anomalies()


def test_the_thresholds_may_be_json_as_on_kubeflow(tmp_path):
    config = proto_utils.proto_to_json(validator_config(read_thresholds()))
    same = statistics(recent__price=[5000])
    validate(tmp_path, same, same, config)
    assert len(read_comparisons(tmp_path / "anomalies").drift_skew_info) == 1
