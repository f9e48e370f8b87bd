"""The data gate without TFX: converts the findings of ExampleValidator and ingest to a verdict.

An anomaly of severity ERROR stops the run. Values that a string domain does not list are only warnings, because they
become entries of the vocabulary.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping

from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.gates.data.time_checks import NOTHING_FOUND, Findings
from components.gates.data.violations import violations_of
from components.gates.verdict import Verdict
from components.ingest.report import IngestReport
from transforms.columns import ARTICLE_ID, DAY, FILES
from transforms.errors import GateError

_Anomaly = anomalies_pb2.AnomalyInfo
_TOLERATED = frozenset({_Anomaly.ENUM_TYPE_UNEXPECTED_STRING_VALUES})
_OUT_OF_RANGE = frozenset(
    {
        _Anomaly.FLOAT_TYPE_BIG_FLOAT,
        _Anomaly.FLOAT_TYPE_SMALL_FLOAT,
        _Anomaly.INT_TYPE_BIG_INT,
        _Anomaly.INT_TYPE_SMALL_INT,
    }
)


def judge(
    anomalies: Mapping[str, anomalies_pb2.Anomalies], report: IngestReport, time: Findings = NOTHING_FOUND
) -> Findings:
    """Collects the findings of all checks of the data.

    Args:
        anomalies: ExampleValidator's anomalies by table.
        report: ingest's report.
        time: findings about the days of the transactions.
    """
    reasons: list[str] = []
    warnings: list[str] = []
    for table, found in anomalies.items():
        if found.data_missing:
            reasons.append(f"{table}: there are no statistics; check that {FILES[table]} has rows")
        if found.HasField("dataset_anomaly_info"):
            _sort_in(found.dataset_anomaly_info, f"{table}: ", table, reasons, warnings)
        for column, anomaly in sorted(found.anomaly_info.items()):
            if _is_reported_by_ingest(anomaly, report, table, column):
                continue
            where = f"{table}.{column} (days since 1970-01-01)" if column == DAY else f"{table}.{column}"
            _sort_in(anomaly, f"{where}: ", table, reasons, warnings)
    reasons += time.reasons
    warnings += time.warnings
    out_of_range, unlisted = violations_of(report)
    reasons += out_of_range
    warnings += unlisted + _ingest_warnings(report)
    return Findings(tuple(reasons), tuple(warnings))


def pass_or_raise(found: Findings) -> Verdict:
    """Returns the verdict of findings that do not stop the run.

    Raises:
        GateError: some findings stop the run. The message has one line for each.
    """
    if found.reasons:
        raise GateError("\n".join(f"data gate: {reason}" for reason in found.reasons))
    count = len(found.warnings)
    line = f"passed with {count} warning{'s' if count != 1 else ''}" if count else "passed"
    return Verdict(passed=True, line=line, warnings=found.warnings)


def read_anomalies(folder: pathlib.Path) -> anomalies_pb2.Anomalies:
    """Reads and merges the files `Split-*/SchemaDiff.pb` that ExampleValidator wrote to `folder`.

    Raises:
        GateError: there are none.
    """
    paths = sorted(folder.glob("Split-*/SchemaDiff.pb"))
    if not paths:
        raise GateError(f"data gate: no Split-*/SchemaDiff.pb in {folder}; run ExampleValidator again")
    merged = anomalies_pb2.Anomalies()
    for path in paths:
        merged.MergeFromString(path.read_bytes())
    return merged


def _is_reported_by_ingest(anomaly: anomalies_pb2.AnomalyInfo, report: IngestReport, table: str, column: str) -> bool:
    """Whether ingest already reports this anomaly, values outside the column's domain, for all rows."""
    kinds = {reason.type for reason in anomaly.reason}
    violated = {violation.column for violation in report.tables[table].violations}
    return column in violated and bool(kinds) and kinds <= _TOLERATED | _OUT_OF_RANGE


def _sort_in(
    anomaly: anomalies_pb2.AnomalyInfo, where: str, table: str, reasons: list[str], warnings: list[str]
) -> None:
    # An anomaly without reasons, as TFDV reports for the dataset, must not count as tolerated.
    kinds = {reason.type for reason in anomaly.reason}
    what = " ".join(anomaly.description.split()).rstrip(".") or anomaly.short_description
    if anomaly.severity != _Anomaly.ERROR or (kinds and kinds <= _TOLERATED):
        warnings.append(where + what)
    else:
        reasons.append(f"{where}{what}; {_remedy(kinds, table)}")


def _remedy(kinds: set[int], table: str) -> str:
    schema = f"transforms/schemas/{table}.pbtxt"
    if kinds and kinds <= _OUT_OF_RANGE:
        return f"correct or empty these values in {FILES[table]}, or widen the domain in {schema}"
    return f"correct {FILES[table]}, or {schema} if the data are right"


def _ingest_warnings(report: IngestReport) -> list[str]:
    lines = []
    for name, table in report.tables.items():
        if table.rows_rejected:
            reason, count = next(iter(table.reasons.items()))
            lines.append(
                f"{name}: {table.rows_rejected:,} of {table.rows_read:,} rows set aside, "
                f"most often {reason} ({count:,}); see rejects.csv"
            )
        lines += [f"{name}.{reason}: {count:,} values set to null" for reason, count in table.nulls.items()]
        if table.ids_with_blanks and name == "articles":
            lines.append(
                f"{name}.{ARTICLE_ID}: {table.ids_with_blanks:,} ids hold blanks, which separate the articles in the "
                "output of `lookbook recommend`; give it another --delimiter, such as '|'"
            )
    return lines
