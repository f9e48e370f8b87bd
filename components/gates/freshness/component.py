"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component

from components.artifacts import GateVerdict, Tables
from components.gates.freshness.executor import require_fresh, require_unseen
from components.gates.verdict import Verdict
from components.ingest.report import IngestReport
from components.step_settings import StepSettings


class FreshnessGateSettings(StepSettings):
    """Settings of the step.

    Attributes:
        refreshed_label_days: length of the week that a refresh is judged on, in days; 0 in a run.
    """

    refreshed_label_days: int = 0


@component
def FreshnessGate(  # noqa: N802 (TFX names components like classes)
    tables: InputArtifact[Tables],
    serving_dir: Parameter[str],
    served_as_of: Parameter[str],
    allow_older: Parameter[str],
    settings: Parameter[str],
    verdict: OutputArtifact[GateVerdict],
) -> None:
    """Stops a run whose data end before those of the served model; see README.md."""
    del served_as_of  # only part of TFX's cache key
    last_day = IngestReport.read(pathlib.Path(tables.uri)).last_day
    line = require_fresh(last_day, pathlib.Path(serving_dir), allow_older=allow_older == "true")
    refreshed_label_days = FreshnessGateSettings.from_json(settings).refreshed_label_days
    if refreshed_label_days:
        require_unseen(last_day, pathlib.Path(serving_dir), refreshed_label_days)
    logging.info("freshness gate: %s", line)
    Verdict(passed=True, line=line).write(pathlib.Path(verdict.uri))
