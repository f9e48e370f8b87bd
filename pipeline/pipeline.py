"""Wires the training pipeline, from three CSVs to a pushed version.

Everything that the pipeline depends on is an argument. Only the runners know paths.
"""

from collections.abc import Sequence

from tfx.components.evaluator.component import Evaluator
from tfx.components.schema_gen.import_schema_gen.component import ImportSchemaGen
from tfx.components.trainer.component import Trainer
from tfx.components.transform.component import Transform
from tfx.orchestration import pipeline as tfx_pipeline
from tfx.proto import trainer_pb2, transform_pb2

from components.assemble.component import Assemble, AssembleSettings
from components.assemble.executor import NO_FALLBACK
from components.candidates.component import Candidates, CandidatesSettings
from components.candidates.executor import SPLIT as LISTS_SPLIT
from components.evaluation.eval_config import METRICS_MODULE, eval_config
from components.features.component import Features, FeaturesSettings
from components.features.examples import JUDGED_SPLIT, SPLITS
from components.gather_weights.component import GatherWeights, GatherWeightsSettings
from models.rankings import OWN_PURCHASES
from pipeline.code_version import code_version
from pipeline.config import PipelineConfig
from pipeline.shared_steps import (
    CacheKeys,
    Paths,
    checked_tables,
    content,
    gated_push,
    insights,
    last_blessed,
    report,
    seeded,
)
from pipeline.step_settings import VersionOf, step_settings

NAME = "lookbook"
_PREPROCESSING = "transforms.preprocessing"
_RETRIEVAL = "models.retrieval.trainer"
_RANKING = "models.recommender.trainer"


def create_pipeline(
    config: PipelineConfig,
    paths: Paths,
    cache_keys: CacheKeys,
    *,
    beam_args: Sequence[str] = (),
    version_of: VersionOf = code_version,
) -> tfx_pipeline.Pipeline:
    """Creates the training pipeline.

    Args:
        config: all settings.
        paths: paths to read from and to write to.
        cache_keys: cache keys of this run.
        beam_args: arguments of the Beam runner for statistics, Transform and evaluation.
        version_of: returns the code version of a module; tests of golden files pass a constant.
    """
    checked = checked_tables(config, paths, cache_keys, version_of, refreshes=False)
    vectors = content(config, paths, cache_keys, version_of, checked)
    features = Features(
        tables=checked.tables,
        content=vectors.outputs["content"],
        settings=step_settings(FeaturesSettings, version_of, features=config.features, label_days=config.label_days),
    )
    features.add_upstream_nodes(checked.gates)
    schema = ImportSchemaGen(schema_file=f"{paths.schemas}/features.pbtxt").with_id("schema_features")
    transform = Transform(
        examples=features.outputs["examples"],
        schema=schema.outputs["schema"],
        preprocessing_fn=f"{_PREPROCESSING}.preprocessing_fn",
        splits_config=transform_pb2.SplitsConfig(analyze=["articles", "customers"], transform=list(SPLITS)),
        # The statistics of its inputs and outputs are not used. A cache of the analyses would nearly double Beam's
        # stages without saving time, because they are always computed from all rows.
        disable_statistics=True,
        disable_analyzer_cache=True,
        custom_config={"code_version": version_of(_PREPROCESSING)},
    )
    retrieval = Trainer(
        run_fn=f"{_RETRIEVAL}.run_fn",
        examples=transform.outputs["transformed_examples"],
        transform_graph=transform.outputs["transform_graph"],
        base_model=vectors.outputs["content"],
        train_args=trainer_pb2.TrainArgs(splits=list(SPLITS)),
        eval_args=trainer_pb2.EvalArgs(splits=["purchases"]),
        custom_config={
            "retrieval": seeded(config.retrieval, config.seed).as_tree(),
            "label_days": config.label_days,
            "checkpoints": f"{paths.checkpoints}/retrieval",
            "code_version": version_of(_RETRIEVAL),
        },
    ).with_id("retrieval")
    candidates = Candidates(
        states=features.outputs["states"],
        towers=retrieval.outputs["model"],
        transform_graph=transform.outputs["transform_graph"],
        settings=step_settings(
            CandidatesSettings,
            version_of,
            recommender=config.recommender,
            candidates=seeded(config.candidates, config.seed),
        ),
    )
    ranking = Trainer(
        run_fn=f"{_RANKING}.run_fn",
        examples=candidates.outputs["lists"],
        base_model=candidates.outputs["graph"],
        transform_graph=transform.outputs["transform_graph"],
        train_args=trainer_pb2.TrainArgs(splits=[LISTS_SPLIT]),
        eval_args=trainer_pb2.EvalArgs(splits=[LISTS_SPLIT]),
        custom_config={
            "ranking": seeded(config.ranking, config.seed).as_tree(),
            "recommender": config.recommender.as_tree(),
            "checkpoints": f"{paths.checkpoints}/ranking",
            "code_version": version_of(_RANKING),
        },
    ).with_id("ranking")
    trained = GatherWeights(
        states=features.outputs["states"],
        towers=retrieval.outputs["model"],
        ranking=ranking.outputs["model"],
        transform_graph=transform.outputs["transform_graph"],
        content=vectors.outputs["content"],
        settings=step_settings(GatherWeightsSettings, version_of),
    )
    blessed = last_blessed(paths, cache_keys, version_of, own=False)
    judged, pushed, baseline = (
        Assemble(
            states=features.outputs["states"],
            weights=weights.outputs["weights"],
            settings=step_settings(
                AssembleSettings, version_of, as_of=as_of, fallback=fallback, recommender=config.recommender
            ),
        ).with_id(f"assemble_{name}")
        for name, weights, as_of, fallback in (
            ("cut", trained, "cut", NO_FALLBACK),
            ("end", trained, "end", NO_FALLBACK),
            ("baseline", blessed, "cut", OWN_PURCHASES),
        )
    )
    evaluator = Evaluator(
        examples=features.outputs["judged"],
        model=judged.outputs["model"],
        baseline_model=baseline.outputs["model"],
        example_splits=[JUDGED_SPLIT],
        eval_config=eval_config(version_of(METRICS_MODULE), baseline=True),
    )
    nodes = [*checked.nodes, vectors, features, schema, transform, retrieval, candidates, ranking]
    nodes += [trained, judged, pushed, blessed, baseline, evaluator]
    nodes += gated_push(
        config,
        paths,
        cache_keys,
        version_of,
        model=pushed.outputs["model"],
        judged=judged.outputs["model"],
        evaluation=evaluator.outputs["evaluation"],
        last_blessed=blessed.outputs["weights"],
        drift_statistics=checked.drift_statistics,
        ranking=ranking.outputs["model"],
        baseline=baseline.outputs["model"],
    )
    nodes.append(
        insights(
            config,
            version_of,
            states=features.outputs["states"],
            weights=trained.outputs["weights"],
            judged=features.outputs["judged"],
        )
    )
    nodes.append(report("run", config, paths, cache_keys, version_of, nodes))
    return tfx_pipeline.Pipeline(
        pipeline_name=NAME,
        pipeline_root=paths.pipeline_root,
        components=nodes,
        enable_cache=True,
        beam_pipeline_args=list(beam_args),
    )
