"""Facts of the section Drift: the comparison of DistributionValidator, the statistics of both runs, and the lists."""

from __future__ import annotations

from collections.abc import Sequence

from components.drift.baseline import baseline_version
from components.drift.comparison import Comparison, compare, read_comparisons
from components.drift.lists import bounds_of, shares
from components.drift.lists_record import ListsRecord, read_lists_record
from components.drift.shown import feature_shares
from components.drift.statistics import features_of, read_statistics
from components.drift.thresholds import read_thresholds
from components.report.artifacts import RunArtifacts
from pages.report.sections.drift import DriftColumn, DriftFacts
from pages.section import Absent


def read(artifacts: RunArtifacts) -> DriftFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    folders = [
        artifacts.folder(step, output)
        for step, output in (
            ("DriftStatistics", "statistics"),
            ("DriftStatistics", "baseline"),
            ("DriftValidator", "anomalies"),
        )
    ]
    statistics, baseline, anomalies = folders
    if statistics is None or baseline is None or anomalies is None:
        return Absent("There is nothing to show: the run ended before its statistics were compared.")
    now, before = read_statistics(statistics), read_statistics(baseline)
    if now is None or before is None:
        return Absent("There is nothing to compare with: no other run has pushed a version with statistics yet.")
    of_now, of_before = features_of(now), features_of(before)
    compared = compare(read_comparisons(anomalies), now, before, read_thresholds())
    verdict = artifacts.folder("RankingDriftGate", "verdict")
    record = read_lists_record(verdict) if verdict else None
    return DriftFacts(
        version=baseline_version(baseline),
        columns=tuple(
            _column(each, feature_shares(of_before.get(each.name), of_now.get(each.name))) for each in compared
        ),
        ranking=None if record is None else _of_lists(record),
    )


def _column(found: Comparison, shown: Sequence[tuple[str, float, float]]) -> DriftColumn:
    return DriftColumn(
        name=found.name,
        measure=found.measure_title,
        value=found.value,
        threshold=found.threshold,
        state=found.state,
        rows=found.rows,
        rows_before=found.rows_before,
        shares=tuple(shown),
    )


def _of_lists(record: ListsRecord) -> tuple[DriftColumn, ...]:
    found = []
    for each in record.comparisons:
        name = each.name.partition(".")[2]
        values = [run.quantiles.get(name) for run in (record.before, record.now)]
        shown: list[tuple[str, float, float]] = []
        if values[0] is not None and values[1] is not None:
            bounds = bounds_of(values[0], values[1])
            labels = [f"to {bound:.3g}" for bound in bounds] + ["above"]
            pairs = zip(labels, *(shares(part, bounds).tolist() for part in values if part is not None), strict=True)
            shown = [(label, old, new) for label, old, new in pairs if old or new]
        found.append(_column(each, _merged(shown)))
    return tuple(found)


def _merged(shown: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Merges neighbouring ranges until at most twelve are left; a range is named by its upper bound."""
    while len(shown) > 12:
        pairs = [shown[at : at + 2] for at in range(0, len(shown), 2)]
        shown = [(pair[-1][0], sum(one[1] for one in pair), sum(one[2] for one in pair)) for pair in pairs]
    return shown
