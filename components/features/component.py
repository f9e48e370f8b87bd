"""The TFX components `Features` and `CurrentStates`; see README.md."""

import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts
from tfx.utils import path_utils

from components.artifacts import States, Tables
from components.features.config import FeaturesConfig
from components.features.examples import JUDGED_SPLIT, SPLITS
from components.features.executor import Outputs, build_features
from components.step_settings import StepSettings
from transforms.content import CONTENT_FILE


class FeaturesSettings(StepSettings):
    """Settings of the steps."""

    features: FeaturesConfig
    label_days: int


@component
def Features(  # noqa: N802 (TFX names components like classes)
    tables: InputArtifact[Tables],
    content: InputArtifact[standard_artifacts.Model],
    settings: Parameter[str],
    states: OutputArtifact[States],
    examples: OutputArtifact[standard_artifacts.Examples],
    judged: OutputArtifact[standard_artifacts.Examples],
) -> None:
    """Builds states, transform examples and judged examples from the ingested tables."""
    given = FeaturesSettings.from_json(settings)
    build_features(
        pathlib.Path(tables.uri),
        pathlib.Path(path_utils.serving_model_dir(content.uri)) / CONTENT_FILE,
        Outputs(
            states=pathlib.Path(states.uri),
            examples=pathlib.Path(examples.uri),
            judged=pathlib.Path(judged.uri),
        ),
        given.features,
        given.label_days,
    )
    examples.split_names = artifact_utils.encode_split_names(list(SPLITS))
    judged.split_names = artifact_utils.encode_split_names([JUDGED_SPLIT])


@component
def CurrentStates(  # noqa: N802 (TFX names components like classes)
    tables: InputArtifact[Tables],
    content: InputArtifact[standard_artifacts.Model],
    settings: Parameter[str],
    states: OutputArtifact[States],
    judged: OutputArtifact[standard_artifacts.Examples],
) -> None:
    """Builds the states as of the cut and the end, and the judged examples, for a refresh."""
    given = FeaturesSettings.from_json(settings)
    build_features(
        pathlib.Path(tables.uri),
        pathlib.Path(path_utils.serving_model_dir(content.uri)) / CONTENT_FILE,
        Outputs(states=pathlib.Path(states.uri), examples=None, judged=pathlib.Path(judged.uri)),
        given.features,
        given.label_days,
    )
    judged.split_names = artifact_utils.encode_split_names([JUDGED_SPLIT])
