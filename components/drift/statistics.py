"""The statistics that are compared: the columns of all tables and of the newest week, in one message of TFDV.

DistributionValidator compares two messages feature by feature, so one message with a feature for each column of each
table needs one validator instead of one for each table.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_metadata.proto.v0 import statistics_pb2

from components.drift.baseline import FILE, SPLIT
from components.drift.recent import PRICE_RATIO, RECENT
from components.drift.thresholds import Thresholds, feature_name
from components.examples import as_lists
from transforms.columns import AGE, PRICE, TABLES

Statistics: TypeAlias = statistics_pb2.DatasetFeatureStatisticsList
_Histogram = statistics_pb2.Histogram
# Fixed buckets, so that two weeks are compared without interpolation. Values outside count in the outermost ones.
_BUCKETS = {
    PRICE: np.arange(-30, 30.5, 0.5),
    PRICE_RATIO: np.arange(-4.125, 4.25, 0.25),
    AGE: np.arange(10, 105, 5),
}


def drift_statistics(tables: Mapping[str, Statistics], recent: pa.Table, thresholds: Thresholds) -> Statistics:
    """Joins the statistics of the columns that have a threshold.

    Args:
        tables: the statistics of StatisticsGen by table; a table may be missing.
        recent: transactions of the newest week, from `read_recent`.
        thresholds: thresholds of the columns.

    Returns:
        One dataset. A feature is named by `feature_name`. The only histogram of a number is of type STANDARD, the one
        that TFDV compares.
    """
    wanted = {row.name for row in thresholds.rows}
    statistics = Statistics()
    dataset = statistics.datasets.add(name=SPLIT)
    for table, found in (*tables.items(), (RECENT, _of_recent(recent))):
        for given in found.datasets:
            dataset.num_examples = max(dataset.num_examples, given.num_examples)
            for feature in given.features:
                column = "/".join(feature.path.step) or feature.name
                if feature_name(table, column) in wanted:
                    _add(dataset, table, column, feature)
    return statistics


def read_statistics(folder: pathlib.Path | str) -> Statistics | None:
    """Reads the statistics of an artifact; None if it has none.

    Args:
        folder: folder of the artifact `ExampleStatistics`.
    """
    files = sorted(pathlib.Path(folder).glob("Split-*/FeatureStats.pb"))
    return Statistics.FromString(files[0].read_bytes()) if files else None


def write_statistics(statistics: Statistics, folder: pathlib.Path) -> None:
    """Writes statistics like StatisticsGen.

    Args:
        statistics: statistics of one split.
        folder: folder of the artifact `ExampleStatistics`.
    """
    (folder / FILE).parent.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(statistics.SerializeToString(deterministic=True))


def count_values(statistics: Statistics) -> dict[str, int]:
    """The number of values, by name of the feature."""
    return {
        name: int(getattr(feature, feature.WhichOneof("stats")).common_stats.tot_num_values)
        for name, feature in features_of(statistics).items()
    }


def features_of(statistics: Statistics) -> dict[str, statistics_pb2.FeatureNameStatistics]:
    """The statistics of each feature, by name."""
    return {feature.path.step[0]: feature for dataset in statistics.datasets for feature in dataset.features}


def has_values(statistics: Statistics) -> set[str]:
    """The names of the features with at least one value."""
    return {name for name, count in count_values(statistics).items() if count}


def _add(
    dataset: statistics_pb2.DatasetFeatureStatistics,
    table: str,
    column: str,
    feature: statistics_pb2.FeatureNameStatistics,
) -> None:
    """Adds a feature under its new name, with the one histogram that TFDV compares."""
    added = dataset.features.add()
    added.CopyFrom(feature)
    added.path.step[:] = [feature_name(table, column)]
    if feature.WhichOneof("stats") != "num_stats" or table == RECENT:
        return
    # Buckets of equal width hold nearly all prices in the first one if a single price is large; those of equal counts
    # show the distribution. Whole numbers have few values, so equal widths suit them.
    is_float = any(found.name == column and found.kind == "float" for found in TABLES[table])
    kind = _Histogram.QUANTILES if is_float else _Histogram.STANDARD
    histograms = [histogram for histogram in feature.num_stats.histograms if histogram.type == kind]
    del added.num_stats.histograms[:]
    for histogram in histograms[:1]:
        added.num_stats.histograms.add().CopyFrom(histogram)
        added.num_stats.histograms[0].type = _Histogram.STANDARD


def _of_recent(recent: pa.Table) -> Statistics:
    if not recent.num_rows:
        return Statistics()
    (batch,) = recent.combine_chunks().to_batches()
    options = tfdv.StatsOptions(num_top_values=20)
    statistics = stats_impl.generate_statistics_in_memory(as_lists(batch), options)
    for feature in statistics.datasets[0].features:
        name = feature.path.step[0]
        if name in _BUCKETS:
            del feature.num_stats.histograms[:]
            feature.num_stats.histograms.append(_histogram(recent[name].drop_null().to_numpy(), _BUCKETS[name]))
    return statistics


def _histogram(values: np.ndarray, bounds: np.ndarray) -> statistics_pb2.Histogram:
    counts, _ = np.histogram(np.clip(values, bounds[0], bounds[-1]), bounds)
    histogram = _Histogram(type=_Histogram.STANDARD)
    for low, high, count in zip(bounds, bounds[1:], counts, strict=False):
        histogram.buckets.add(low_value=low, high_value=high, sample_count=count)
    return histogram
