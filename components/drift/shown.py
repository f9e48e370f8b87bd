"""The distributions of a column in two runs, in the same values or ranges, as the report shows them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from tensorflow_metadata.proto.v0 import statistics_pb2

_MAX_VALUES, _MAX_RANGES = 8, 12
Feature: TypeAlias = statistics_pb2.FeatureNameStatistics
Shares = list[tuple[str, float, float]]


def feature_shares(before: Feature | None, now: Feature | None) -> Shares:
    """The shares of the most frequent values, or of ranges of a number.

    Args:
        before: statistics of the last pushed run, or None.
        now: statistics of the run, or None.

    Returns:
        Values, or ranges named by their upper bound, with their share before and now; empty without statistics
        of one of the runs, and for a number that had a single value.
    """
    kinds = {feature.WhichOneof("stats") for feature in (before, now) if feature is not None}
    if before is None or now is None or len(kinds) != 1:
        return []
    return _of_values(before, now) if kinds == {"string_stats"} else _of_ranges(before, now)


def _of_values(before: Feature, now: Feature) -> Shares:
    found = []
    for feature in (before, now):
        buckets = feature.string_stats.rank_histogram.buckets
        total = max(feature.string_stats.common_stats.tot_num_values, 1)
        found.append({bucket.label: bucket.sample_count / total for bucket in buckets})
    old, new = found
    most = sorted({**old, **new}, key=lambda label: -max(old.get(label, 0.0), new.get(label, 0.0)))[:_MAX_VALUES]
    return [(label, old.get(label, 0.0), new.get(label, 0.0)) for label in most]


def _of_ranges(before: Feature, now: Feature) -> Shares:
    if not before.num_stats.histograms or not now.num_stats.histograms:
        return []
    buckets = before.num_stats.histograms[0].buckets
    bounds = np.unique([buckets[0].low_value, *(bucket.high_value for bucket in buckets)])
    if len(bounds) < 2:
        return []
    old, new = (_rebinned(feature, bounds) for feature in (before, now))
    used = np.flatnonzero((old > 0) | (new > 0))
    if not len(used):
        return []
    # Neighbouring ranges are merged, so that a chart has room for all.
    parts = np.array_split(np.arange(used[0], used[-1] + 1), min(_MAX_RANGES, used[-1] + 1 - used[0]))
    shares = [(f"to {bounds[part[-1] + 1]:.3g}", old[part].sum(), new[part].sum()) for part in parts]
    return [(label, float(one), float(other)) for label, one, other in shares if one or other]


def _rebinned(feature: Feature, bounds: np.ndarray) -> np.ndarray:
    """The shares of a histogram in other buckets, as if its values were spread evenly within each bucket.

    Values outside of the bounds count in the outermost buckets.
    """
    counts = np.zeros(max(len(bounds) - 1, 1))
    for bucket in feature.num_stats.histograms[0].buckets:
        low, high = bucket.low_value, bucket.high_value
        if high <= low:
            at = np.clip(np.searchsorted(bounds, low, side="left") - 1, 0, len(counts) - 1)
            counts[at] += bucket.sample_count
            continue
        inner = bounds[1:-1][(bounds[1:-1] > low) & (bounds[1:-1] < high)]
        edges = np.concatenate([[low], inner, [high]])
        middles = (edges[1:] + edges[:-1]) / 2
        at = np.clip(np.searchsorted(bounds, middles, side="right") - 1, 0, len(counts) - 1)
        np.add.at(counts, at, bucket.sample_count * np.diff(edges) / (high - low))
    return counts / max(counts.sum(), 1.0)
