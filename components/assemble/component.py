"""TFX component: see README.md."""

import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import States, Weights
from components.assemble.executor import assemble
from components.model_files import AS_OF, WEIGHTS_DIGEST, description_of
from models.recommender.config import RecommenderConfig


@component
def Assemble(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    weights: InputArtifact[Weights],
    as_of: Parameter[str],
    fallback: Parameter[str],
    recommender_json: Parameter[str],
    code_version: Parameter[str],
    model: OutputArtifact[standard_artifacts.Model],
) -> None:
    """Joins the weights with the state as of the `cut` or the `end` into one SavedModel."""
    del code_version
    to = pathlib.Path(path_utils.serving_model_dir(model.uri))
    assemble(
        pathlib.Path(states.uri),
        pathlib.Path(weights.uri),
        as_of,
        RecommenderConfig.from_json(recommender_json, "recommender"),
        to,
        fallback=fallback,
    )
    description = description_of(to)
    model.set_string_custom_property(WEIGHTS_DIGEST, description.get(WEIGHTS_DIGEST, ""))
    model.set_string_custom_property(AS_OF, description[AS_OF])
