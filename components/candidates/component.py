"""The TFX component `Candidates`; see README.md."""

import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts
from tfx.utils import path_utils

from components.artifacts import States
from components.candidates.config import CandidatesConfig
from components.candidates.executor import SPLIT, bundle, make_lists
from models.recommender.config import RecommenderConfig


@component
def Candidates(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    towers: InputArtifact[standard_artifacts.Model],
    transform_graph: InputArtifact[standard_artifacts.TransformGraph],
    recommender_json: Parameter[str],
    config_json: Parameter[str],
    code_version: Parameter[str],
    lists: OutputArtifact[standard_artifacts.Examples],
    graph: OutputArtifact[standard_artifacts.Model],
) -> None:
    """Builds labelled candidate lists of every list week, and copies states and snapshots into one base model."""
    del code_version
    snapshots = pathlib.Path(path_utils.serving_model_dir(towers.uri))
    make_lists(
        pathlib.Path(states.uri),
        snapshots,
        pathlib.Path(transform_graph.uri),
        RecommenderConfig.from_json(recommender_json, "recommender"),
        CandidatesConfig.from_json(config_json, "candidates"),
        pathlib.Path(lists.uri),
    )
    lists.split_names = artifact_utils.encode_split_names([SPLIT])
    bundle(pathlib.Path(states.uri), snapshots, pathlib.Path(path_utils.serving_model_dir(graph.uri)))
