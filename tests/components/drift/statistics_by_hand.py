"""Statistics of single columns, made by hand."""

import pathlib

from tensorflow_metadata.proto.v0 import statistics_pb2
from tfx.types import artifact_utils, standard_artifacts

from components.drift.baseline import SPLIT
from components.drift.comparison import compare, read_comparisons
from components.drift.statistics import write_statistics
from components.drift.thresholds import read_thresholds, validator_config
from components.drift.validator import Executor

FULL = 10_000


def statistics(**columns):
    """Statistics of features by name, with `__` for a dot: counts by value, or counts of buckets of width 1 from 0."""
    message = statistics_pb2.DatasetFeatureStatisticsList()
    dataset = message.datasets.add(name=SPLIT, num_examples=FULL)
    for name, counts in columns.items():
        feature = dataset.features.add()
        feature.path.step.append(name.replace("__", "."))
        if isinstance(counts, dict):
            feature.type = statistics_pb2.FeatureNameStatistics.STRING
            stats = feature.string_stats
            stats.unique = len(counts)
            for rank, (value, count) in enumerate(counts.items()):
                stats.rank_histogram.buckets.add(low_rank=rank, high_rank=rank, label=value, sample_count=count)
                stats.top_values.add(value=value, frequency=count)
            total = sum(counts.values())
        else:
            feature.type = statistics_pb2.FeatureNameStatistics.FLOAT
            stats = feature.num_stats
            stats.min, stats.max = 0, len(counts)
            histogram = stats.histograms.add(type=statistics_pb2.Histogram.STANDARD)
            for low, count in enumerate(counts):
                histogram.buckets.add(low_value=low, high_value=low + 1, sample_count=count)
            total = sum(counts)
        stats.common_stats.num_non_missing = total
        stats.common_stats.num_missing = FULL - total
        stats.common_stats.min_num_values = stats.common_stats.max_num_values = 1
        stats.common_stats.tot_num_values = total
    return message


def validate(folder: pathlib.Path, now, before, config=None):
    """Runs DriftValidator's executor; returns the artifact of the anomalies. `before` may be None."""
    artifacts = {}
    for name, found in (("statistics", now), ("baseline_statistics", before)):
        artifact = standard_artifacts.ExampleStatistics()
        artifact.uri = str(folder / name)
        artifact.split_names = artifact_utils.encode_split_names([SPLIT] if found is not None else [])
        if found is not None:
            write_statistics(found, folder / name)
        artifacts[name] = [artifact]
    anomalies = standard_artifacts.ExampleAnomalies()
    anomalies.uri = str(folder / "anomalies")
    config = config or validator_config(read_thresholds())
    Executor().Do(artifacts, {"anomalies": [anomalies]}, {"distribution_validator_config": config})
    return anomalies


def compared(folder: pathlib.Path, now, before):
    """The comparisons of two runs by name of the column."""
    validate(folder, now, before)
    found = compare(read_comparisons(folder / "anomalies"), now, before, read_thresholds())
    return {each.name: each for each in found}
