"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import Weights
from components.evaluation.report import read_evaluation
from components.gates.model.executor import judge
from components.gates.model.rule import ModelRule
from components.model_files import description_of
from components.step_settings import StepSettings
from components.weights import read_record


class ModelGateSettings(StepSettings):
    """Settings of the step."""

    rule: ModelRule
    label_days: int


@component
def ModelGate(  # noqa: N802 (TFX names components like classes)
    evaluation: InputArtifact[standard_artifacts.ModelEvaluation],
    model: InputArtifact[standard_artifacts.Model],
    last_blessed: InputArtifact[Weights],
    settings: Parameter[str],
    blessing: OutputArtifact[standard_artifacts.ModelBlessing],
    baseline: InputArtifact[standard_artifacts.Model] = None,
) -> None:
    """Blesses the model if the Evaluator's figures meet the rule of a run or, without `baseline`, of a refresh."""
    given = ModelGateSettings.from_json(settings)
    verdict = judge(
        read_evaluation(pathlib.Path(evaluation.uri)),
        given.rule,
        read_record(pathlib.Path(last_blessed.uri)),
        model=_description(model),
        baseline=None if baseline is None else _description(baseline),
        label_days=given.label_days,
    )
    verdict.bless(blessing)
    logging.info("model gate: %s", verdict.line)


def _description(model):
    return description_of(pathlib.Path(path_utils.serving_model_dir(model.uri)))
