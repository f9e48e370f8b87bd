"""The TFX component `Candidates`; see README.md."""

import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts
from tfx.utils import path_utils

from components.artifacts import Figures, States
from components.candidates.config import CandidatesConfig
from components.candidates.executor import SPLIT, bundle, copy_figures, make_lists
from components.step_settings import StepSettings
from models.recommender.config import RecommenderConfig


class CandidatesSettings(StepSettings):
    """Settings of the step."""

    recommender: RecommenderConfig
    candidates: CandidatesConfig


@component
def Candidates(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    towers: InputArtifact[standard_artifacts.Model],
    transform_graph: InputArtifact[standard_artifacts.TransformGraph],
    settings: Parameter[str],
    lists: OutputArtifact[standard_artifacts.Examples],
    graph: OutputArtifact[standard_artifacts.Model],
    figures: OutputArtifact[Figures],
) -> None:
    """Builds labelled candidate lists of every list week, and copies states and snapshots into one base model."""
    given = CandidatesSettings.from_json(settings)
    snapshots = pathlib.Path(path_utils.serving_model_dir(towers.uri))
    make_lists(
        pathlib.Path(states.uri),
        snapshots,
        pathlib.Path(transform_graph.uri),
        given.recommender,
        given.candidates,
        pathlib.Path(lists.uri),
    )
    copy_figures(pathlib.Path(states.uri), pathlib.Path(lists.uri), pathlib.Path(figures.uri))
    lists.split_names = artifact_utils.encode_split_names([SPLIT])
    bundle(pathlib.Path(states.uri), snapshots, pathlib.Path(path_utils.serving_model_dir(graph.uri)))
