"""An output folder of a run on the tiny shop: recorded artifacts with customers, and a pushed version."""

import json
import pathlib
import shutil

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.types import standard_artifacts

from components.assemble.component import AssembleSettings
from components.assemble.executor import END, assemble
from components.features.component import FeaturesSettings
from components.push.publish import publish
from components.served_folder import model_dir
from components.weights import FOLDER, WeightsRecord
from pipeline.local import run_locally
from pipeline.pipeline import NAME
from tests.tiny_shop import FEATURES, LABEL_DAYS, Place
from tests.tiny_training import RECOMMENDER
from transforms.content import CONTENT_FILE

RUN_KEY = "key of the run"


@component
def Ingest(
    source: Parameter[str],
    tables: OutputArtifact[standard_artifacts.Examples],
    customers_examples: OutputArtifact[standard_artifacts.Examples],
) -> None:
    shutil.copytree(pathlib.Path(source) / "tables", tables.uri, dirs_exist_ok=True)
    shutil.copytree(pathlib.Path(source) / "examples", customers_examples.uri, dirs_exist_ok=True)


@component
def Content(source: Parameter[str], content: OutputArtifact[standard_artifacts.Model]) -> None:
    to = pathlib.Path(content.uri) / "Format-Serving"
    to.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(pathlib.Path(source) / "content" / CONTENT_FILE, to / CONTENT_FILE)


@component
def Features(
    source: Parameter[str],
    settings: Parameter[str],
    tables: InputArtifact[standard_artifacts.Examples],
    states: OutputArtifact[standard_artifacts.Examples],
) -> None:
    del settings, tables
    shutil.copytree(pathlib.Path(source) / "states", states.uri, dirs_exist_ok=True)


@component
def Assemble(
    settings: Parameter[str],
    states: InputArtifact[standard_artifacts.Examples],
    model: OutputArtifact[standard_artifacts.Model],
) -> None:
    del settings, states
    (pathlib.Path(model.uri) / "graph").mkdir(parents=True, exist_ok=True)


@component
def Push(
    custom_config: Parameter[str],
    model: InputArtifact[standard_artifacts.Model],
    pushed_model: OutputArtifact[standard_artifacts.Model],
) -> None:
    del custom_config, model
    pathlib.Path(pushed_model.uri).mkdir(parents=True, exist_ok=True)


def record_run(out: pathlib.Path, place: Place):
    """Runs the steps with the output of the tiny shop; returns them by name."""
    source = str(place.root)
    of_features = FeaturesSettings(code_version="1", features=FEATURES, label_days=LABEL_DAYS)
    of_model = AssembleSettings(code_version="1", as_of=END, recommender=RECOMMENDER)
    ingest, content = Ingest(source=source), Content(source=source)
    features = Features(source=source, settings=of_features.as_json(), tables=ingest.outputs["tables"])
    model = Assemble(settings=of_model.as_json(), states=features.outputs["states"]).with_id("assemble_end")
    push = Push(custom_config=json.dumps({"run_key": RUN_KEY}), model=model.outputs["model"])
    pipeline = tfx_pipeline.Pipeline(
        pipeline_name=NAME,
        pipeline_root=str(out / "pipeline"),
        components=[ingest, content, features, model, push],
        enable_cache=True,
    )
    return run_locally(pipeline, out / "metadata.db")


def push_version(out: pathlib.Path, place: Place, trained: pathlib.Path, work: pathlib.Path) -> pathlib.Path:
    """Assembles the model of the tiny shop as of the end and pushes it; returns the version's folder."""
    weights = work / "weights"
    shutil.copytree(trained / "weights", weights / FOLDER)
    WeightsRecord(blessed_map_at_12=0.25).write(weights)
    assemble(place.states, weights, END, RECOMMENDER, work / "model")
    figures = {"run_key": RUN_KEY, "evaluation": {"map_at_12": 0.25}}
    return publish(work / "model", model_dir(out), figures)
