"""TFX component: see README.md."""

import pathlib
from typing import Literal

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import States, Weights
from components.assemble.executor import NO_FALLBACK, assemble
from components.model_files import AS_OF, WEIGHTS_DIGEST, description_of
from components.step_settings import StepSettings
from models.recommender.config import RecommenderConfig


class AssembleSettings(StepSettings):
    """Settings of the step; arguments of `assemble`."""

    as_of: Literal["cut", "end"]
    fallback: str = NO_FALLBACK
    recommender: RecommenderConfig


@component
def Assemble(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    weights: InputArtifact[Weights],
    settings: Parameter[str],
    model: OutputArtifact[standard_artifacts.Model],
) -> None:
    """Combines the weights with the state as of the `cut` or the `end` in one SavedModel."""
    given = AssembleSettings.from_json(settings)
    to = pathlib.Path(path_utils.serving_model_dir(model.uri))
    assemble(
        pathlib.Path(states.uri), pathlib.Path(weights.uri), given.as_of, given.recommender, to, fallback=given.fallback
    )
    description = description_of(to)
    model.set_string_custom_property(WEIGHTS_DIGEST, description.get(WEIGHTS_DIGEST, ""))
    model.set_string_custom_property(AS_OF, description[AS_OF])
