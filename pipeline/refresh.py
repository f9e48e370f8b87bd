"""Wires the refresh pipeline, which judges and pushes the last blessed weights with today's state, without training."""

from collections.abc import Sequence

from tfx.components.evaluator.component import Evaluator
from tfx.orchestration import pipeline as tfx_pipeline

from components.assemble.component import Assemble, AssembleSettings
from components.evaluation.eval_config import METRICS_MODULE, eval_config
from components.features.component import CurrentStates, FeaturesSettings
from components.features.examples import JUDGED_SPLIT
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
)
from pipeline.step_settings import VersionOf, step_settings

NAME = "lookbook-refresh"


def create_refresh_pipeline(
    config: PipelineConfig,
    paths: Paths,
    cache_keys: CacheKeys,
    *,
    beam_args: Sequence[str] = (),
    version_of: VersionOf = code_version,
) -> tfx_pipeline.Pipeline:
    """Creates the refresh pipeline.

    Args:
        config: all settings, those of the run that trained.
        paths: paths to read from and to write to; `checkpoints` is not used.
        cache_keys: cache keys of this run.
        beam_args: arguments of the Beam runner for statistics and evaluation.
        version_of: returns the code version of a module; tests of golden files pass a constant.
    """
    checked = checked_tables(config, paths, cache_keys, version_of, refreshes=True)
    blessed = last_blessed(paths, cache_keys, version_of, own=True)
    vectors = content(config, paths, cache_keys, version_of, checked, blessed.outputs["weights"])
    states = CurrentStates(
        tables=checked.tables,
        content=vectors.outputs["content"],
        settings=step_settings(FeaturesSettings, version_of, features=config.features, label_days=config.label_days),
    )
    states.add_upstream_nodes(checked.gates)
    judged, pushed = (
        Assemble(
            states=states.outputs["states"],
            weights=blessed.outputs["weights"],
            settings=step_settings(AssembleSettings, version_of, as_of=as_of, recommender=config.recommender),
        ).with_id(f"assemble_{as_of}")
        for as_of in ("cut", "end")
    )
    evaluator = Evaluator(
        examples=states.outputs["judged"],
        model=judged.outputs["model"],
        example_splits=[JUDGED_SPLIT],
        eval_config=eval_config(version_of(METRICS_MODULE), baseline=False),
    )
    nodes = [*checked.nodes, blessed, vectors, states, judged, pushed, evaluator]
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
    )
    nodes.append(
        insights(
            config,
            version_of,
            states=states.outputs["states"],
            weights=blessed.outputs["weights"],
            judged=states.outputs["judged"],
        )
    )
    nodes.append(report("refresh", config, paths, cache_keys, version_of, nodes))
    return tfx_pipeline.Pipeline(
        pipeline_name=NAME,
        pipeline_root=paths.pipeline_root,
        components=nodes,
        enable_cache=True,
        beam_pipeline_args=list(beam_args),
    )
