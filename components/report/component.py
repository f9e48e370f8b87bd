"""TFX component: see README.md."""

import logging
import pathlib
from typing import Any

from pydantic import Field
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.artifacts import Figures, GateVerdict, Html, ModelInsights, Tables
from components.report.artifacts import RunArtifacts, photos_of
from components.report.executor import FILE, add_to_version, write_report
from components.report.record import RunRecord
from components.step_settings import StepSettings


class ReportSettings(StepSettings):
    """Settings of the step."""

    pipeline: str = Field(description="`run` or `refresh`.")
    run: dict[str, Any] = Field(description="All settings of the run.")
    pipeline_version: str = Field(description="Code version of the pipeline.")
    package: str = Field(description="Name and version of the distribution.")


@component
def Report(  # noqa: N802 (TFX names components like classes)
    tables: InputArtifact[Tables],
    articles_statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    customers_statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    transactions_statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    articles_anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    customers_anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    transactions_anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    freshness_gate: InputArtifact[GateVerdict],
    data_gate: InputArtifact[GateVerdict],
    drift_statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    drift_baseline: InputArtifact[standard_artifacts.ExampleStatistics],
    drift_anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    drift_gate: InputArtifact[GateVerdict],
    model_blessing: InputArtifact[standard_artifacts.ModelBlessing],
    infra_blessing: InputArtifact[standard_artifacts.InfraBlessing],
    evaluation: InputArtifact[standard_artifacts.ModelEvaluation],
    insights: InputArtifact[ModelInsights],
    pushed_model: InputArtifact[standard_artifacts.PushedModel],
    serving_dir: Parameter[str],
    data_dir: Parameter[str],
    fingerprint: Parameter[str],
    photos_key: Parameter[str],
    settings: Parameter[str],
    report: OutputArtifact[Html],
    candidate_figures: InputArtifact[Figures] = None,
    towers_run: InputArtifact[standard_artifacts.ModelRun] = None,
    ranking_run: InputArtifact[standard_artifacts.ModelRun] = None,
    ranking_drift_gate: InputArtifact[GateVerdict] = None,
) -> None:
    """Writes the report of the run; an error is logged and does not fail the run."""
    del photos_key  # part of the cache key, because the photos are read
    given = ReportSettings.from_json(settings)
    outputs = {
        "Ingest": {"tables": tables},
        "statistics_articles": {"statistics": articles_statistics},
        "statistics_customers": {"statistics": customers_statistics},
        "statistics_transactions": {"statistics": transactions_statistics},
        "validator_articles": {"anomalies": articles_anomalies},
        "validator_customers": {"anomalies": customers_anomalies},
        "validator_transactions": {"anomalies": transactions_anomalies},
        "FreshnessGate": {"verdict": freshness_gate},
        "DataGate": {"verdict": data_gate},
        "DriftStatistics": {"statistics": drift_statistics, "baseline": drift_baseline},
        "DriftValidator": {"anomalies": drift_anomalies},
        "DriftGate": {"verdict": drift_gate},
        "RankingDriftGate": {"verdict": ranking_drift_gate},
        "ModelGate": {"blessing": model_blessing},
        "InfraGate": {"blessing": infra_blessing},
        "Evaluator": {"evaluation": evaluation},
        "Insights": {"insights": insights},
        "Push": {"pushed_model": pushed_model},
        "Candidates": {"figures": candidate_figures},
        "retrieval": {"model_run": towers_run},
        "ranking": {"model_run": ranking_run},
    }
    artifacts = RunArtifacts(
        outputs={
            step: {name: pathlib.Path(artifact.uri) for name, artifact in of_step.items() if artifact is not None}
            for step, of_step in outputs.items()
        },
        serving_dir=pathlib.Path(serving_dir),
        record=RunRecord(
            kind=given.pipeline,
            settings=given.run,
            code_version=given.pipeline_version,
            package=given.package,
            fingerprint=fingerprint,
        ),
        photos=photos_of(data_dir, given.run),
    )
    to = pathlib.Path(report.uri) / FILE
    try:
        write_report(artifacts, to)
        add_to_version(artifacts, to)
    except Exception:  # the model is pushed; a report that cannot be written must not fail the run
        logging.exception("the report could not be written")
