"""What DistributionValidator found, as one comparison a column."""

from __future__ import annotations

import dataclasses
import pathlib

from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.drift.statistics import Statistics, count_values
from components.drift.thresholds import JENSEN_SHANNON, L_INFINITY, Thresholds

DRIFTED, STEADY, LOST, FEW, MISSING = "drifted", "steady", "lost", "few", "missing"
TITLES = {JENSEN_SHANNON: "Jensen-Shannon divergence", L_INFINITY: "L-infinity distance"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Comparison:
    """The comparison of one column of two runs.

    Attributes:
        name: table and column.
        measure: `l_infinity` or `jensen_shannon`.
        threshold: above this, the column has drifted.
        value: value of the measure; None if the column was not compared.
        state: `drifted`, `steady`, `lost` (no values any more), `few` (too few values in one of the runs), or `missing`
            (no values in the last pushed run, such as a new column).
        rows: number of values.
        rows_before: number of values in the last pushed run.
    """

    name: str
    measure: str
    threshold: float
    value: float | None
    state: str
    rows: int
    rows_before: int

    @property
    def is_alarm(self) -> bool:
        """Whether the column has drifted or was lost."""
        return self.state in (DRIFTED, LOST)

    @property
    def measure_title(self) -> str:
        """The name of the measure."""
        return TITLES[self.measure]

    @property
    def line(self) -> str:
        """The finding in one line."""
        if self.state == LOST:
            return f"{self.name}: has no values any more; the last pushed run had {self.rows_before:,}"
        found = f"{self.measure_title} {self.value:.4f}, threshold {self.threshold:g}"
        return f"{self.name}: differs from the last pushed run: {found}"


def compare(
    anomalies: anomalies_pb2.Anomalies, now: Statistics, baseline: Statistics, thresholds: Thresholds
) -> list[Comparison]:
    """Reads the comparisons of all columns, in the order of the thresholds.

    Args:
        anomalies: of DistributionValidator.
        now: statistics of the run.
        baseline: statistics of the last pushed run.
        thresholds: thresholds of the columns.
    """
    measured = {
        ".".join(info.path.step): info.drift_measurements[0]
        for info in anomalies.drift_skew_info
        if info.drift_measurements
    }
    rows, before = count_values(now), count_values(baseline)
    found = []
    for row in thresholds.rows:
        counts, measure = (rows.get(row.name, 0), before.get(row.name, 0)), measured.get(row.name)
        # That of the run, which the file may not have any more when a report is written again.
        threshold = row.threshold if measure is None else measure.threshold
        value = None if measure is None else measure.value
        state = _state(value, threshold, counts, thresholds.min_rows)
        found.append(
            Comparison(
                name=row.name,
                measure=row.measure,
                threshold=threshold,
                value=value if state in (DRIFTED, STEADY) else None,
                state=state,
                rows=counts[0],
                rows_before=counts[1],
            )
        )
    return found


def read_comparisons(folder: pathlib.Path) -> anomalies_pb2.Anomalies:
    """Reads the anomalies of DistributionValidator.

    Args:
        folder: folder of its output; without a baseline it has no file.
    """
    merged = anomalies_pb2.Anomalies()
    for path in sorted(folder.glob("SplitPair-*/SchemaDiff.pb")):
        merged.MergeFromString(path.read_bytes())
    return merged


def _state(value: float | None, threshold: float, counts: tuple[int, int], min_rows: int) -> str:
    now, before = counts
    if not before:
        return MISSING
    if min(now, before) < min_rows:
        return LOST if not now and before >= min_rows else FEW
    if value is None:
        return MISSING
    return DRIFTED if value > threshold else STEADY
