"""Wires the tuning pipeline: TFX's Tuner for the towers and for the ranking network, on the artifacts of a run."""

import dataclasses
import pathlib
from collections.abc import Collection, Mapping

from tfx import version
from tfx.components.tuner.component import Tuner
from tfx.dsl.components.common.importer import Importer
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.proto import trainer_pb2
from tfx.types import artifact_utils, standard_artifacts

from components.candidates.executor import SPLIT as LISTS_SPLIT
from components.features.examples import SPLITS
from pipeline.code_version import code_version
from pipeline.config import PipelineConfig
from pipeline.shared_steps import seeded
from pipeline.step_settings import VersionOf

NAME = "lookbook-tune"
RETRIEVAL, RANKING = "retrieval", "ranking"
PARTS = (RETRIEVAL, RANKING)
_TOWERS_MODULE, _RANKING_MODULE = "models.tuning.towers", "models.tuning.ranking"
_TFX_VERSION = {"tfx_version": version.__version__}  # of the layout of the artifact's folder


@dataclasses.dataclass(frozen=True, kw_only=True)
class TunedArtifacts:
    """Folders of the artifacts of a finished run that a tuning reads.

    Attributes:
        transform_graph: transform graph.
        transformed_examples: transformed articles, customers and purchases.
        lists: candidate lists of all weeks.
        graph: base model with the states and the towers of all weeks.
    """

    transform_graph: pathlib.Path
    transformed_examples: pathlib.Path
    lists: pathlib.Path
    graph: pathlib.Path


def step_of(part: str) -> str:
    """Returns the id of the step that tunes a part.

    >>> step_of("ranking")
    'tune_ranking'
    """
    return f"tune_{part}"


def create_tuning_pipeline(
    config: PipelineConfig,
    artifacts: TunedArtifacts,
    folder: pathlib.Path,
    trials: Mapping[str, int],
    *,
    version_of: VersionOf = code_version,
) -> tfx_pipeline.Pipeline:
    """Creates the tuning pipeline.

    Args:
        config: all settings of the run.
        artifacts: artifacts of the run.
        folder: folder to write to. Receives `pipeline/` (artifacts) and `trials/`.
        trials: number of trials of each of `PARTS` to tune.
        version_of: returns the code version of a module.
    """
    graph = _importer("graph", artifacts.graph, standard_artifacts.Model)
    transform_graph = _importer("transform_graph", artifacts.transform_graph, standard_artifacts.TransformGraph)
    nodes: list = [graph, transform_graph]
    base = {"base_model": graph.outputs["result"], "transform_graph": transform_graph.outputs["result"]}
    if RETRIEVAL in trials:
        examples = _importer(
            "transformed_examples", artifacts.transformed_examples, standard_artifacts.Examples, SPLITS
        )
        custom = {
            "retrieval": seeded(config.retrieval, config.seed).as_tree(),
            "label_days": config.label_days,
            "trials": trials[RETRIEVAL],
            "folder": str(folder / "trials" / RETRIEVAL),
            "code_version": version_of(_TOWERS_MODULE),
        }
        nodes += [examples, _tuner(RETRIEVAL, _TOWERS_MODULE, examples, SPLITS, custom, base)]
    if RANKING in trials:
        lists = _importer("lists", artifacts.lists, standard_artifacts.Examples, [LISTS_SPLIT])
        custom = {
            "ranking": seeded(config.ranking, config.seed).as_tree(),
            "recommender": config.recommender.as_tree(),
            "trials": trials[RANKING],
            "folder": str(folder / "trials" / RANKING),
            "code_version": version_of(_RANKING_MODULE),
        }
        nodes += [lists, _tuner(RANKING, _RANKING_MODULE, lists, [LISTS_SPLIT], custom, base)]
    return tfx_pipeline.Pipeline(
        pipeline_name=NAME, pipeline_root=str(folder / "pipeline"), components=nodes, enable_cache=True
    )


def _importer(name: str, folder: pathlib.Path, kind: type, splits: Collection[str] = ()) -> Importer:
    properties = {"split_names": artifact_utils.encode_split_names(list(splits))} if splits else None
    importer = Importer(
        source_uri=str(folder), artifact_type=kind, properties=properties, custom_properties=_TFX_VERSION
    )
    return importer.with_id(name)


def _tuner(part: str, module: str, examples: Importer, splits: Collection[str], custom: dict, base: dict) -> Tuner:
    return Tuner(
        tuner_fn=f"{module}.tuner_fn",
        examples=examples.outputs["result"],
        train_args=trainer_pb2.TrainArgs(splits=list(splits)),
        eval_args=trainer_pb2.EvalArgs(splits=list(splits)),
        custom_config=custom,
        **base,
    ).with_id(step_of(part))
