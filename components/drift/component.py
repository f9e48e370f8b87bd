"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts

from components.artifacts import Tables
from components.drift.baseline import SPLIT, emit_baseline, find_baseline
from components.drift.recent import read_recent
from components.drift.statistics import drift_statistics, read_statistics, write_statistics
from components.drift.thresholds import read_thresholds
from components.step_settings import StepSettings


class DriftStatisticsSettings(StepSettings):
    """Settings of the step.

    Attributes:
        label_days: length of the newest week, in days.
        thresholds: hash of the thresholds, for the cache key.
    """

    label_days: int
    thresholds: str


@component
def DriftStatistics(  # noqa: N802 (TFX names components like classes)
    tables: InputArtifact[Tables],
    articles_statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    customers_statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    transactions_statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    serving_dir: Parameter[str],
    run_key: Parameter[str],
    baseline_key: Parameter[str],
    settings: Parameter[str],
    statistics: OutputArtifact[standard_artifacts.ExampleStatistics],
    baseline: OutputArtifact[standard_artifacts.ExampleStatistics],
) -> None:
    """Joins the statistics to compare, and finds those of the last pushed run."""
    del baseline_key  # only part of TFX's cache key
    given = {
        "articles": articles_statistics,
        "customers": customers_statistics,
        "transactions": transactions_statistics,
    }
    of_tables = {name: read_statistics(artifact.uri) for name, artifact in given.items()}
    recent = read_recent(pathlib.Path(tables.uri), DriftStatisticsSettings.from_json(settings).label_days)
    found = drift_statistics(
        {name: each for name, each in of_tables.items() if each is not None}, recent, read_thresholds()
    )
    write_statistics(found, pathlib.Path(statistics.uri))
    statistics.split_names = artifact_utils.encode_split_names([SPLIT])
    version = find_baseline(pathlib.Path(serving_dir), run_key)
    emit_baseline(version, pathlib.Path(baseline.uri))
    baseline.split_names = artifact_utils.encode_split_names([] if version is None else [SPLIT])
    logging.info(
        "drift: compared with %s", "no run, because none pushed statistics yet" if version is None else version
    )
