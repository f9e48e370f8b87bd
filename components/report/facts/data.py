"""Facts of the section Data: ingest's report and rejects, TFDV's statistics, ExampleValidator's anomalies."""

from __future__ import annotations

import contextlib
import csv
import datetime
import itertools
import pathlib

from tensorflow_metadata.proto.v0 import anomalies_pb2, statistics_pb2

from components.gates.data.executor import read_anomalies
from components.ingest import rejects
from components.ingest.report import IngestReport, TableReport
from components.report.artifacts import RunArtifacts
from pages.charts.days import Band
from pages.report.sections.data import Anomaly, ColumnFacts, DataFacts, Example, Reason, TableFacts
from pages.section import Absent
from transforms.calendar import FILE as CALENDAR
from transforms.calendar import Calendar, date_of, day_of, load_calendar, plan
from transforms.columns import DAY, TABLES
from transforms.errors import DataError

TRAINED, LISTS, TEST = "trained on", "list weeks", "test week"
_EXAMPLES, _TOP, _LINES = 3, 6, 200_000
_ONE_DAY = datetime.timedelta(days=1)


def read(artifacts: RunArtifacts) -> DataFacts | Absent:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    tables = artifacts.folder("Ingest", "tables")
    if tables is None:
        return Absent("There is nothing to show: ingest did not finish, so no table was read.")
    report = IngestReport.read(tables)
    examples = _examples(tables / rejects.FILE)
    return DataFacts(
        tables=tuple(_table(found, examples) for found in report.tables.values()),
        sales=tuple(sorted(report.rows_by_day.items())),
        bands=_bands(_calendar(artifacts, report)),
        columns=_columns(artifacts),
        anomalies=_anomalies(artifacts),
    )


def _table(found: TableReport, examples: dict[tuple[str, str, str], list[Example]]) -> TableFacts:
    def reason(text: str, count: int, consequence: str) -> Reason:
        shown = tuple(examples.get((found.file, consequence, text), ()))
        return Reason(reason=text, count=count, consequence=consequence, examples=shown)

    reasons = [reason(text, count, rejects.SET_ASIDE) for text, count in found.reasons.items()]
    reasons += [reason(text, count, rejects.SET_NULL) for text, count in found.nulls.items()]
    return TableFacts(
        file=found.file,
        rows_read=found.rows_read,
        rows_kept=found.rows_kept,
        rows_rejected=found.rows_rejected,
        reasons=tuple(reasons),
    )


def _examples(path: pathlib.Path) -> dict[tuple[str, str, str], list[Example]]:
    """The first examples of `rejects.csv` by file, consequence and `column: reason`."""
    found: dict[tuple[str, str, str], list[Example]] = {}
    if not path.is_file():
        return found
    with path.open(encoding="utf-8", newline="") as file:
        for row in itertools.islice(csv.DictReader(file), _LINES):
            text = ": ".join(filter(None, (row["column"], row["reason"])))
            examples = found.setdefault((row["file"], row["action"], text), [])
            if len(examples) < _EXAMPLES:
                examples.append(Example(line=int(row["line"]), value=row["value"]))
    return found


def _calendar(artifacts: RunArtifacts, report: IngestReport) -> Calendar | None:
    """The calendar that Features planned; before that, or in a refresh, the one without list weeks."""
    for step, output in (("Candidates", "figures"), ("Features", "states"), ("CurrentStates", "states")):
        folder = artifacts.folder(step, output)
        if folder is not None and (folder / CALENDAR).is_file():
            return load_calendar(folder)
    days = artifacts.record.settings.get("label_days")
    if days is None:
        return None
    with contextlib.suppress(DataError):  # the data are too short for a test week
        return plan(first=day_of(report.first_day), last=day_of(report.last_day), label_days=days, list_weeks=0)
    return None


def _bands(calendar: Calendar | None) -> tuple[Band, ...]:
    if calendar is None:
        return ()
    lists = calendar.list_days[0] if calendar.list_days else calendar.cut
    bounds = [(TRAINED, calendar.first, lists), (LISTS, lists, calendar.cut), (TEST, calendar.cut, calendar.end)]
    return tuple(
        Band(name, datetime.date.fromisoformat(date_of(start)), datetime.date.fromisoformat(date_of(end)) - _ONE_DAY)
        for name, start, end in bounds
        if start < end
    )


def _columns(artifacts: RunArtifacts) -> tuple[ColumnFacts, ...] | None:
    found: list[ColumnFacts] = []
    read_any = False
    for table in TABLES:
        folder = artifacts.folder(f"statistics_{table}", "statistics")
        for path in sorted(folder.glob("Split-*/FeatureStats.pb")) if folder else ():
            read_any = True
            message = statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes())
            for dataset in message.datasets:
                found += [_column(table, feature, dataset.num_examples) for feature in dataset.features]
    order = {(table, column.name): place for table, columns in TABLES.items() for place, column in enumerate(columns)}
    found.sort(key=lambda column: (list(TABLES).index(column.table), order.get((column.table, column.name), 0)))
    return tuple(found) if read_any else None


def _column(table: str, feature: statistics_pb2.FeatureNameStatistics, rows: int) -> ColumnFacts:
    name = "/".join(feature.path.step) or feature.name
    if feature.WhichOneof("stats") == "num_stats":
        numbers = feature.num_stats
        buckets = _buckets(numbers)
        is_day = name == DAY and table == "transactions"
        return ColumnFacts(
            table=table,
            name=name,
            kind="day" if is_day else "number",
            rows=int(rows),
            missing=int(rows - numbers.common_stats.num_non_missing),
            low=numbers.min,
            median=numbers.median,
            high=numbers.max,
            mean=numbers.mean,
            buckets=() if is_day else buckets,
        )
    texts = feature.string_stats
    return ColumnFacts(
        table=table,
        name=name,
        kind="text",
        rows=int(rows),
        missing=int(rows - texts.common_stats.num_non_missing),
        distinct=int(texts.unique),
        top=tuple((value.value, value.frequency) for value in texts.top_values[:_TOP]),
    )


def _buckets(numbers: statistics_pb2.NumericStatistics) -> tuple[tuple[float, float, float], ...]:
    """The buckets of the histogram of equal widths."""
    for histogram in numbers.histograms:
        if histogram.type == statistics_pb2.Histogram.STANDARD:
            return tuple((b.low_value, b.high_value, b.sample_count) for b in histogram.buckets)
    return ()


def _anomalies(artifacts: RunArtifacts) -> tuple[Anomaly, ...] | None:
    folders = {table: artifacts.folder(f"validator_{table}", "anomalies") for table in TABLES}
    found = []
    for table, folder in folders.items():
        if folder is None:
            return None
        message = read_anomalies(folder)
        infos = [(f"{table}.{column}", info) for column, info in sorted(message.anomaly_info.items())]
        if message.HasField("dataset_anomaly_info"):
            infos.insert(0, (table, message.dataset_anomaly_info))
        found += [_anomaly(where, info) for where, info in infos]
    return tuple(found)


def _anomaly(where: str, info: anomalies_pb2.AnomalyInfo) -> Anomaly:
    what = info.description or info.short_description
    return Anomaly(where=where, what=what, is_error=info.severity == anomalies_pb2.AnomalyInfo.ERROR)
