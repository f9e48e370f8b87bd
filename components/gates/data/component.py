"""TFX component: see README.md."""

import datetime
import logging
import pathlib

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import standard_artifacts

from components.artifacts import GateVerdict, Tables
from components.gates.data.executor import judge, pass_or_raise, read_anomalies
from components.gates.data.time_checks import check_time, read_sales
from components.ingest.report import IngestReport
from components.step_settings import StepSettings


class DataGateSettings(StepSettings):
    """Settings of the step."""

    label_days: int


@component
def DataGate(  # noqa: N802 (TFX names components like classes)
    tables: InputArtifact[Tables],
    articles_anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    customers_anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    transactions_anomalies: InputArtifact[standard_artifacts.ExampleAnomalies],
    settings: Parameter[str],
    verdict: OutputArtifact[GateVerdict],
) -> None:
    """Stops the run if the data violate the schemas; see README.md."""
    folder = pathlib.Path(tables.uri)
    found = judge(
        {
            "articles": read_anomalies(pathlib.Path(articles_anomalies.uri)),
            "customers": read_anomalies(pathlib.Path(customers_anomalies.uri)),
            "transactions": read_anomalies(pathlib.Path(transactions_anomalies.uri)),
        },
        IngestReport.read(folder),
        check_time(read_sales(folder, DataGateSettings.from_json(settings).label_days), datetime.date.today()),
    )
    for warning in found.warnings:
        logging.warning("data gate: %s", warning)
    pass_or_raise(found).write(pathlib.Path(verdict.uri))
