"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.artifacts import GateVerdict
from components.drift.comparison import compare, read_comparisons
from components.drift.statistics import read_statistics
from components.drift.thresholds import read_thresholds
from components.gates.drift.config import DriftConfig
from components.gates.drift.executor import NO_BASELINE, judge
from components.gates.verdict import Verdict
from components.step_settings import StepSettings


class DriftGateSettings(StepSettings):
    """Settings of the step.

    Attributes:
        drift: settings of the drift gates.
        thresholds: hash of the thresholds, for the cache key.
    """

    drift: DriftConfig
    thresholds: str


@component
def DriftGate(  # noqa: N802 (TFX names components like classes)
    statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    baseline: InputArtifact[standard_artifacts.ExampleStatistics],
    anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    settings: Parameter[str],
    verdict: OutputArtifact[GateVerdict],
) -> None:
    """Warns of columns that have drifted, or stops the run; see README.md."""
    now, before = (read_statistics(artifact.uri) for artifact in (statistics, baseline))
    if now is None or before is None:
        found = Verdict(passed=True, line=NO_BASELINE)
    else:
        compared = compare(read_comparisons(pathlib.Path(anomalies.uri)), now, before, read_thresholds())
        found = judge(compared, DriftGateSettings.from_json(settings).drift)
    for warning in found.warnings:
        logging.warning("drift gate: %s", warning)
    found.write(pathlib.Path(verdict.uri))
