"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import GateVerdict, Weights
from components.drift.lists import compare_lists
from components.drift.lists_record import ListsRecord
from components.drift.thresholds import read_thresholds
from components.gates.drift.config import DriftConfig
from components.gates.drift.executor import NO_BASELINE, judge
from components.gates.verdict import Verdict
from components.step_settings import StepSettings
from components.weights import FOLDER, ranking_of
from models.ranking.distributions import read_distributions


class RankingDriftGateSettings(StepSettings):
    """Settings of the step.

    Attributes:
        drift: settings of the drift gates.
        thresholds: hash of the thresholds, for the cache key.
    """

    drift: DriftConfig
    thresholds: str


@component
def RankingDriftGate(  # noqa: N802 (TFX names components like classes)
    ranking: InputArtifact[standard_artifacts.Model],
    last_blessed: InputArtifact[Weights],
    settings: Parameter[str],
    verdict: OutputArtifact[GateVerdict],
) -> None:
    """Warns of ranking features and scores that have drifted, or stops the run; see README.md."""
    now = read_distributions(pathlib.Path(path_utils.serving_model_dir(ranking.uri)))
    before = read_distributions(ranking_of(pathlib.Path(last_blessed.uri) / FOLDER, refitted=False))
    folder = pathlib.Path(verdict.uri)
    if now is None or before is None:
        found = Verdict(passed=True, line=NO_BASELINE)
    else:
        compared = compare_lists(now, before, read_thresholds().lists)
        found = judge(compared, RankingDriftGateSettings.from_json(settings).drift, gate="ranking drift gate")
        ListsRecord(tuple(compared), now, before).write(folder)
    for warning in found.warnings:
        logging.warning("ranking drift gate: %s", warning)
    found.write(folder)
