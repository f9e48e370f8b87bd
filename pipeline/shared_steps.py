"""Steps of both the training and the refresh: checked tables, last blessed weights and the gated push."""

import dataclasses
import importlib.metadata
from collections.abc import Sequence
from typing import Any, TypeVar

from tfx.components.example_validator.component import ExampleValidator
from tfx.components.schema_gen.import_schema_gen.component import ImportSchemaGen
from tfx.components.statistics_gen.component import StatisticsGen
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel

from components.content.component import Content, ContentSettings
from components.gates.data.component import DataGate, DataGateSettings
from components.gates.freshness.component import FreshnessGate, FreshnessGateSettings
from components.gates.freshness.executor import NONE
from components.gates.infra.component import InfraGate, InfraGateSettings
from components.gates.model.component import ModelGate, ModelGateSettings
from components.gates.model.rule import ModelRule
from components.ingest.component import Ingest, IngestSettings
from components.insights.component import Insights, InsightsSettings
from components.last_blessed.component import LastBlessed, LastBlessedSettings
from components.push.component import Push
from components.report.component import Report, ReportSettings
from pipeline.config import PipelineConfig
from pipeline.drift_steps import compared_lists, compared_tables
from pipeline.step_settings import VersionOf, step_settings
from transforms.columns import TABLES
from transforms.schemas import SCHEMAS
from transforms.settings import Settings

S = TypeVar("S", bound=Settings)
PIPELINE_MODULE = "pipeline.pipeline"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Paths:
    """Paths of a run, local or of a mounted volume or a bucket.

    Attributes:
        data_dir: folder of the three CSVs.
        pipeline_root: folder of the artifacts.
        serving_dir: folder of the pushed versions.
        checkpoints: folder of the trainers' checkpoints.
        content_cache: folder of the vectors of photos that earlier runs encoded.
        schemas: folder of the curated schemas.
    """

    data_dir: str
    pipeline_root: str
    serving_dir: str
    checkpoints: str
    content_cache: str
    schemas: str = str(SCHEMAS)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CacheKeys:
    """Parameters of the steps that make TFX's cache depend on the data and on the served versions.

    Attributes:
        fingerprint: fingerprint of the CSVs.
        content: fingerprint of the photos and given vectors.
        run_key: key of the run, computed from its inputs, settings and code.
        last_blessed: digest of the last blessed weights, see `components.last_blessed`.
        served_as_of: day of the served version's state, or `none`.
        drift_baseline: digest of the statistics of the last pushed run, or `none`.
        allow_older: `true` if the data may end before those of the served version, else `false`. A string, like all
            parameters of a run on Kubeflow.
        photos: fingerprint of the photos, which step Report reads. It is never cached on Kubeflow and needs none there.
    """

    fingerprint: str
    content: str
    run_key: str
    last_blessed: str
    served_as_of: str = NONE
    drift_baseline: str = NONE
    allow_older: str = "false"
    photos: str = ""


@dataclasses.dataclass(frozen=True)
class Checked:
    """The steps that check the tables.

    Attributes:
        nodes: all steps, including the gates.
        tables: output of ingest.
        gates: gates of the data; all steps that use the tables run after them.
        drift_statistics: statistics to compare with those of other runs.
    """

    nodes: list
    tables: BaseChannel
    gates: list[BaseNode]
    drift_statistics: BaseChannel


def seeded(section: S, seed: int) -> S:
    """Returns the settings of a section with the seed of the run added to their own."""
    return section.replace(seed=section.as_tree()["seed"] + seed)


def checked_tables(
    config: PipelineConfig, paths: Paths, cache_keys: CacheKeys, version_of: VersionOf, *, refreshes: bool
) -> Checked:
    """Creates ingest, the statistics, schema and anomalies of each table, and the gates of the data.

    Args:
        config: all settings.
        paths: paths of the run.
        cache_keys: cache keys of this run.
        version_of: returns the code version of a module.
        refreshes: whether the pipeline is a refresh, which judges the served weights on the last label period.
    """
    ingest = Ingest(
        data_dir=paths.data_dir,
        fingerprint=cache_keys.fingerprint,
        settings=step_settings(IngestSettings, version_of, ingest=config.ingest),
    )
    tables = ingest.outputs["tables"]
    checks = {table: _check(table, ingest.outputs[f"{table}_examples"], paths) for table in TABLES}
    drift = compared_tables(
        config,
        version_of,
        tables=tables,
        statistics={table: check[0].outputs["statistics"] for table, check in checks.items()},
        serving_dir=paths.serving_dir,
        run_key=cache_keys.run_key,
        baseline_key=cache_keys.drift_baseline,
    )
    gates = [
        FreshnessGate(
            tables=tables,
            serving_dir=paths.serving_dir,
            served_as_of=cache_keys.served_as_of,
            allow_older=cache_keys.allow_older,
            settings=step_settings(
                FreshnessGateSettings, version_of, refreshed_label_days=config.label_days if refreshes else 0
            ),
        ),
        DataGate(
            tables=tables,
            **{f"{table}_anomalies": check[-1].outputs["anomalies"] for table, check in checks.items()},
            settings=step_settings(DataGateSettings, version_of, label_days=config.label_days),
        ),
        drift[-1],
    ]
    nodes = [ingest, *(node for check in checks.values() for node in check), *drift[:-1], *gates]
    return Checked(nodes, tables, gates, drift[0].outputs["statistics"])


def content(
    config: PipelineConfig,
    paths: Paths,
    cache_keys: CacheKeys,
    version_of: VersionOf,
    checked: Checked,
    weights: BaseChannel | None = None,
) -> BaseNode:
    """Creates the step that computes the content vectors.

    Args:
        config: all settings.
        paths: paths of the run.
        cache_keys: cache keys of this run.
        version_of: returns the code version of a module.
        checked: the checked tables.
        weights: weights with the projections to use; None if the step fits them.
    """
    node = Content(
        tables=checked.tables,
        data_dir=paths.data_dir,
        cache=paths.content_cache,
        fingerprint=cache_keys.content,
        settings=step_settings(ContentSettings, version_of, content=config.content, photos=config.photos),
        **({} if weights is None else {"weights": weights}),
    )
    node.add_upstream_nodes(checked.gates)
    return node


def last_blessed(paths: Paths, cache_keys: CacheKeys, version_of: VersionOf, *, own: bool) -> Any:
    """Creates the step that finds the last blessed weights.

    Args:
        paths: paths of the run.
        cache_keys: cache keys of this run.
        version_of: returns the code version of a module.
        own: whether to include versions that this run pushed, as a refresh does.
    """
    return LastBlessed(
        serving_dir=paths.serving_dir,
        run_key="" if own else cache_keys.run_key,
        last_blessed_key=cache_keys.last_blessed,
        settings=step_settings(LastBlessedSettings, version_of),
    )


def gated_push(
    config: PipelineConfig,
    paths: Paths,
    cache_keys: CacheKeys,
    version_of: VersionOf,
    *,
    model: BaseChannel,
    judged: BaseChannel,
    evaluation: BaseChannel,
    last_blessed: BaseChannel,
    drift_statistics: BaseChannel,
    ranking: BaseChannel | None = None,
    baseline: BaseChannel | None = None,
) -> list:
    """Creates the gates of the model, and the step that pushes a model which passed both.

    Args:
        config: all settings.
        paths: paths of the run.
        cache_keys: cache keys of this run.
        version_of: returns the code version of a module.
        model: model as of the end, to be pushed.
        judged: model with the same weights as of the cut.
        evaluation: figures of `judged`, and of `baseline` if given.
        last_blessed: the last blessed weights.
        drift_statistics: statistics that the pushed version keeps for the next run.
        ranking: the ranking weights of the training; None in a refresh.
        baseline: the baseline model; None in a refresh.
    """
    rule = ModelRule(margin=config.evaluation.margin, strict=config.evaluation.strict, min_share=config.push.min_share)
    model_gate = ModelGate(
        evaluation=evaluation,
        model=judged,
        last_blessed=last_blessed,
        settings=step_settings(ModelGateSettings, version_of, rule=rule, label_days=config.label_days),
        **({} if baseline is None else {"baseline": baseline}),
    )
    infra_gate = InfraGate(
        model=model, settings=step_settings(InfraGateSettings, version_of, infra_gate=config.infra_gate)
    )
    gates = [model_gate, infra_gate]
    if ranking is not None:
        gates.append(compared_lists(config, version_of, ranking=ranking, last_blessed=last_blessed))
    push = Push(
        model=model,
        judged=judged,
        model_blessing=model_gate.outputs["blessing"],
        infra_blessing=infra_gate.outputs["blessing"],
        evaluation=evaluation,
        drift_statistics=drift_statistics,
        serving_dir=paths.serving_dir,
        run_key=cache_keys.run_key,
        keep_versions=config.push.keep_versions,
        allow_older=cache_keys.allow_older,
        code_version=version_of(Push.__module__),
    )
    push.add_upstream_nodes(gates)
    return [*gates, push]


def insights(
    config: PipelineConfig, version_of: VersionOf, *, states: BaseChannel, weights: BaseChannel, judged: BaseChannel
) -> BaseNode:
    """Creates the step that describes the judged model for the report.

    Args:
        config: all settings.
        version_of: returns the code version of a module.
        states: states of the shop.
        weights: weights of the judged model.
        judged: Examples that the Evaluator judges on.
    """
    settings = step_settings(InsightsSettings, version_of, recommender=config.recommender, seed=config.seed)
    return Insights(states=states, weights=weights, judged=judged, settings=settings)


def report(
    kind: str,
    config: PipelineConfig,
    paths: Paths,
    cache_keys: CacheKeys,
    version_of: VersionOf,
    nodes: Sequence[BaseNode],
) -> BaseNode:
    """Creates the step that writes the report of the run.

    Args:
        kind: `run` or `refresh`.
        config: all settings.
        paths: paths of the run.
        cache_keys: cache keys of this run.
        version_of: returns the code version of a module.
        nodes: all other steps of the pipeline.
    """
    outputs = {node.id: node.outputs for node in nodes}
    of_tables = {
        f"{table}_{output}": outputs[f"{step}_{table}"][output]
        for table in TABLES
        for step, output in (("statistics", "statistics"), ("validator", "anomalies"))
    }
    trained = (
        ("candidate_figures", "Candidates", "figures"),
        ("towers_run", "retrieval", "model_run"),
        ("ranking_run", "ranking", "model_run"),
        ("ranking_drift_gate", "RankingDriftGate", "verdict"),
    )
    return Report(
        tables=outputs["Ingest"]["tables"],
        **of_tables,
        **{name: outputs[step][output] for name, step, output in trained if step in outputs},
        freshness_gate=outputs["FreshnessGate"]["verdict"],
        data_gate=outputs["DataGate"]["verdict"],
        drift_statistics=outputs["DriftStatistics"]["statistics"],
        drift_baseline=outputs["DriftStatistics"]["baseline"],
        drift_anomalies=outputs["DriftValidator"]["anomalies"],
        drift_gate=outputs["DriftGate"]["verdict"],
        model_blessing=outputs["ModelGate"]["blessing"],
        infra_blessing=outputs["InfraGate"]["blessing"],
        evaluation=outputs["Evaluator"]["evaluation"],
        insights=outputs["Insights"]["insights"],
        pushed_model=outputs["Push"]["pushed_model"],
        serving_dir=paths.serving_dir,
        data_dir=paths.data_dir,
        fingerprint=cache_keys.fingerprint,
        photos_key=cache_keys.photos,
        settings=step_settings(
            ReportSettings,
            version_of,
            pipeline=kind,
            run=settings_of_run(config),
            pipeline_version=version_of(PIPELINE_MODULE),
            package=package_name(),
        ),
    )


def settings_of_run(config: PipelineConfig) -> dict[str, Any]:
    """The settings of the pipeline as a tree, without those of the cluster that a subclass adds.

    Settings that results do not depend on are left out too: Beam's processes, and the address of the messages, which
    may hold a secret, because reports and versions are copied.
    """
    tree = config.as_tree()
    return {name: tree[name] for name in PipelineConfig.model_fields if name not in ("beam", "notify")}


def package_name() -> str:
    """Name and version of the distribution."""
    return f"lookbook {importlib.metadata.version('lookbook')}"


def _check(table: str, examples: BaseChannel, paths: Paths) -> tuple:
    """Creates the steps for statistics, schema and anomalies of one table."""
    statistics = StatisticsGen(examples=examples).with_id(f"statistics_{table}")
    schema = ImportSchemaGen(schema_file=f"{paths.schemas}/{table}.pbtxt").with_id(f"schema_{table}")
    validator = ExampleValidator(statistics=statistics.outputs["statistics"], schema=schema.outputs["schema"]).with_id(
        f"validator_{table}"
    )
    return statistics, schema, validator
