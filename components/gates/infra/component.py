"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.gates.infra.config import InfraGateConfig
from components.gates.infra.executor import try_model
from components.step_settings import StepSettings


class InfraGateSettings(StepSettings):
    """Settings of the step."""

    infra_gate: InfraGateConfig


@component
def InfraGate(  # noqa: N802 (TFX names components like classes)
    model: InputArtifact[standard_artifacts.Model],
    settings: Parameter[str],
    blessing: OutputArtifact[standard_artifacts.InfraBlessing],
) -> None:
    """Blesses the model if a model server loads it and it answers canary queries in time."""
    saved_model = pathlib.Path(path_utils.serving_model_dir(model.uri))
    verdict = try_model(saved_model, InfraGateSettings.from_json(settings).infra_gate)
    verdict.bless(blessing, "INFRA_")
    logging.info("infra gate: %s", verdict.line)
