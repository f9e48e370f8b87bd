"""The TFX component `Ingest`; see README.md."""

import pathlib

from tfx.dsl.component.experimental.annotations import OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.types import artifact_utils, standard_artifacts

from components.artifacts import Tables
from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from components.ingest.failures import one_line_errors
from components.ingest.table_examples import write_table_examples
from components.step_settings import StepSettings

SPLIT = "all"


class IngestSettings(StepSettings):
    """Settings of the step."""

    ingest: IngestConfig


@component
def Ingest(  # noqa: N802
    data_dir: Parameter[str],
    fingerprint: Parameter[str],
    settings: Parameter[str],
    tables: OutputArtifact[Tables],
    articles_examples: OutputArtifact[standard_artifacts.Examples],
    customers_examples: OutputArtifact[standard_artifacts.Examples],
    transactions_examples: OutputArtifact[standard_artifacts.Examples],
) -> None:
    """Reads, types and checks the three CSVs of `data_dir`; see README.md.

    `fingerprint` (from `source.fingerprint_of`) changes the cache key with new data.
    """
    del fingerprint
    config = IngestSettings.from_json(settings).ingest
    folder = pathlib.Path(tables.uri)
    report = ingest(pathlib.Path(data_dir), folder, config)
    for name, examples in (
        ("articles", articles_examples),
        ("customers", customers_examples),
        ("transactions", transactions_examples),
    ):
        examples.split_names = artifact_utils.encode_split_names([SPLIT])
        split = pathlib.Path(examples.uri) / f"Split-{SPLIT}"
        with one_line_errors(split):
            write_table_examples(folder, name, split, max_rows=config.statistics_rows)
    tables.set_string_custom_property("first_day", report.first_day.isoformat())
    tables.set_string_custom_property("last_day", report.last_day.isoformat())
