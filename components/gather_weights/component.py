"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import States, Weights
from components.gather_weights.executor import gather
from components.step_settings import StepSettings
from transforms.calendar import load_calendar


class GatherWeightsSettings(StepSettings):
    """Settings of the step: only its code version."""


@component
def GatherWeights(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    towers: InputArtifact[standard_artifacts.Model],
    ranking: InputArtifact[standard_artifacts.Model],
    transform_graph: InputArtifact[standard_artifacts.TransformGraph],
    content: InputArtifact[standard_artifacts.Model],
    settings: Parameter[str],
    weights: OutputArtifact[Weights],
) -> None:
    """Gathers the last snapshot of the towers, the ranking networks, Transform's graph and the content projections."""
    del settings  # only part of TFX's cache key
    record = gather(
        load_calendar(pathlib.Path(states.uri)),
        pathlib.Path(path_utils.serving_model_dir(towers.uri)),
        pathlib.Path(path_utils.serving_model_dir(ranking.uri)),
        pathlib.Path(transform_graph.uri),
        pathlib.Path(path_utils.serving_model_dir(content.uri)),
        pathlib.Path(weights.uri),
    )
    logging.info("weights: %s", record)
