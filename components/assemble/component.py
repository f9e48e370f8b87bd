"""TFX component: see README.md."""

import pathlib
import shutil
import tempfile

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts
from tfx.utils import path_utils

from components.artifacts import States
from components.assemble.executor import Description, assemble, assemble_baseline, assemble_blessed, note_training
from components.model_files import WEIGHTS
from components.weights import FOLDER, gather_weights
from models.recommender.config import RecommenderConfig
from models.retrieval.snapshot import snapshot_name
from transforms.calendar import load_calendar

END = "end"


@component
def Assemble(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    towers: InputArtifact[standard_artifacts.Model],
    ranking: InputArtifact[standard_artifacts.Model],
    transform_graph: InputArtifact[standard_artifacts.TransformGraph],
    as_of: Parameter[str],
    recommender_json: Parameter[str],
    code_version: Parameter[str],
    model: OutputArtifact[standard_artifacts.Model],
) -> None:
    """Joins the weights with the state as of the `cut` or the `end` into one SavedModel."""
    del code_version
    folder = pathlib.Path(states.uri)
    calendar = load_calendar(folder)
    last_snapshot = pathlib.Path(path_utils.serving_model_dir(towers.uri)) / snapshot_name(len(calendar.list_days))
    with tempfile.TemporaryDirectory(prefix="lookbook-weights-") as temporary:
        weights = pathlib.Path(temporary) / FOLDER
        gather_weights(
            last_snapshot,
            pathlib.Path(path_utils.serving_model_dir(ranking.uri)),
            pathlib.Path(transform_graph.uri),
            weights,
        )
        to = pathlib.Path(path_utils.serving_model_dir(model.uri))
        config = RecommenderConfig.from_json(recommender_json, "recommender")
        description = assemble(folder, calendar.day(as_of), weights, config, to, refitted=as_of == END)
        # The weights travel with the model: a later run finds its baseline in what was pushed.
        shutil.copytree(weights, to / WEIGHTS)
    note_training(to, calendar)
    _describe(model, description)


@component
def AssembleBlessed(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    last_blessed: InputArtifact[standard_artifacts.Model],
    as_of: Parameter[str],
    recommender_json: Parameter[str],
    code_version: Parameter[str],
    model: OutputArtifact[standard_artifacts.Model],
) -> None:
    """Joins the last blessed weights with the state as of the `cut` or the `end` into one SavedModel."""
    del code_version
    folder = pathlib.Path(states.uri)
    description = assemble_blessed(
        folder,
        load_calendar(folder).day(as_of),
        pathlib.Path(last_blessed.uri),
        RecommenderConfig.from_json(recommender_json, "recommender"),
        pathlib.Path(path_utils.serving_model_dir(model.uri)),
        refitted=as_of == END,
    )
    _describe(model, description)


@component
def AssembleBaseline(  # noqa: N802 (TFX names components like classes)
    states: InputArtifact[States],
    last_blessed: InputArtifact[standard_artifacts.Model],
    recommender_json: Parameter[str],
    code_version: Parameter[str],
    model: OutputArtifact[standard_artifacts.Model],
) -> None:
    """Puts the last blessed weights on the state as of the cut; the own-purchases recommender on a first run."""
    del code_version
    folder = pathlib.Path(states.uri)
    kind = assemble_baseline(
        folder,
        load_calendar(folder).cut,
        pathlib.Path(last_blessed.uri),
        RecommenderConfig.from_json(recommender_json, "recommender"),
        pathlib.Path(path_utils.serving_model_dir(model.uri)),
    )
    model.set_string_custom_property("kind", kind)


def _describe(model, description: Description) -> None:
    model.set_string_custom_property("weights_digest", description.weights_digest)
    model.set_string_custom_property("as_of", description.as_of)
