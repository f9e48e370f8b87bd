"""TFX component: see README.md."""

import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.artifacts import ModelInsights, States, Weights
from components.insights.executor import write_insights
from components.step_settings import StepSettings
from models.recommender.config import RecommenderConfig


class InsightsSettings(StepSettings):
    """Settings of the step."""

    recommender: RecommenderConfig
    seed: int


@component
def Insights(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    weights: InputArtifact[Weights],
    judged: InputArtifact[standard_artifacts.Examples],
    settings: Parameter[str],
    insights: OutputArtifact[ModelInsights],
) -> None:
    """Describes the judged model for the report; an error is logged and does not fail the run."""
    given = InsightsSettings.from_json(settings)
    try:
        write_insights(
            pathlib.Path(states.uri),
            pathlib.Path(weights.uri),
            pathlib.Path(judged.uri),
            given.recommender,
            given.seed,
            pathlib.Path(insights.uri),
        )
    except Exception:  # the report shows less; a model must not be refused for want of it
        logging.exception("the insights could not be computed")
