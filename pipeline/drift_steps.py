"""Steps that compare a run with the last pushed run: statistics of the tables, ranking features and scores."""

from collections.abc import Mapping

from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel

from components.drift.component import DriftStatistics, DriftStatisticsSettings
from components.drift.thresholds import read_thresholds, thresholds_digest, validator_config
from components.drift.validator import DriftValidator
from components.gates.drift.component import DriftGate, DriftGateSettings
from components.gates.ranking_drift.component import RankingDriftGate, RankingDriftGateSettings
from pipeline.config import PipelineConfig
from pipeline.step_settings import VersionOf, step_settings


def compared_tables(
    config: PipelineConfig,
    version_of: VersionOf,
    *,
    tables: BaseChannel,
    statistics: Mapping[str, BaseChannel],
    serving_dir: str,
    run_key: str,
    baseline_key: str,
) -> tuple[BaseNode, BaseNode, BaseNode]:
    """Creates the statistics to compare, the comparison with those of the last pushed run, and its gate.

    Args:
        config: all settings.
        version_of: returns the code version of a module.
        tables: output of ingest.
        statistics: statistics of each table.
        serving_dir: folder of the pushed versions.
        run_key: key of the run.
        baseline_key: digest of the statistics of the last pushed run, for TFX's cache.
    """
    joined = DriftStatistics(
        tables=tables,
        **{f"{table}_statistics": found for table, found in statistics.items()},
        serving_dir=serving_dir,
        run_key=run_key,
        baseline_key=baseline_key,
        settings=step_settings(
            DriftStatisticsSettings, version_of, label_days=config.label_days, thresholds=thresholds_digest()
        ),
    )
    compared = DriftValidator(
        statistics=joined.outputs["statistics"],
        baseline_statistics=joined.outputs["baseline"],
        config=validator_config(read_thresholds()),
    )
    gate = DriftGate(
        statistics=joined.outputs["statistics"],
        baseline=joined.outputs["baseline"],
        anomalies=compared.outputs["anomalies"],
        settings=step_settings(DriftGateSettings, version_of, drift=config.drift, thresholds=thresholds_digest()),
    )
    return joined, compared, gate


def compared_lists(
    config: PipelineConfig, version_of: VersionOf, *, ranking: BaseChannel, last_blessed: BaseChannel
) -> BaseNode:
    """Creates the gate that compares the ranking features and scores with those of the last blessed weights.

    Args:
        config: all settings.
        version_of: returns the code version of a module.
        ranking: ranking weights of the training.
        last_blessed: the last blessed weights.
    """
    settings = step_settings(RankingDriftGateSettings, version_of, drift=config.drift, thresholds=thresholds_digest())
    return RankingDriftGate(ranking=ranking, last_blessed=last_blessed, settings=settings)
