"""Facts of the section Verdict: verdicts of the gates, the pushed version, the run, and the version before it."""

from __future__ import annotations

import datetime
import json
import pathlib
from collections.abc import Mapping
from typing import Any

from components.evaluation.figure_names import GATE_LAST, GATE_SIMPLE, bounds_of, interval_of
from components.gates.table import GATES, Gate
from components.gates.verdict import Verdict, read_verdict
from components.ingest.report import IngestReport
from components.model_files import EXTRA, FIGURES, JUDGED_AS_OF, as_of, description_of, trained_until
from components.push.executor import VERSION
from components.report.artifacts import RunArtifacts
from components.report.facts.settings import flat
from components.report.record import RunRecord, read_run_record
from components.served_folder import version_folders
from models.metrics import METRICS
from models.rankings import RECOMMENDED
from pages.interval import Interval
from pages.report.changes import DataSize, Previous, SettingChange
from pages.report.sections.verdict import GateFacts, Outcome, RunFacts, VerdictFacts
from transforms.columns import TABLES

METRIC_TITLES = dict(zip(METRICS, ("MAP@12", "NDCG@12", "Precision@12", "Recall@12"), strict=True))
BEST_SIMPLE, LAST = "the better simple baseline", "the last blessed model"
_OUTPUTS = {"ModelGate": "blessing", "InfraGate": "blessing"}  # of others: verdict


def read(artifacts: RunArtifacts) -> VerdictFacts:
    """Reads the facts.

    Args:
        artifacts: artifacts of the run.
    """
    record = artifacts.record
    figures = artifacts.evaluation.overall if artifacts.evaluation else {}
    version = pushed_version(artifacts)
    data = read_data_size(artifacts)
    description = describe_model(artifacts)
    return VerdictFacts(
        outcome=_outcome(record, version),
        version=None if version is None else version.name,
        run=_run(record),
        data=data,
        test_week=_test_week(description, data),
        trained_until=trained_until(description) if description else None,
        gates=_gates(artifacts),
        metrics=metrics_of(figures) if figures else {},
        differences=differences_of(figures, compared=was_compared(artifacts)) if figures else {},
        previous=_previous(artifacts, version, record),
    )


def pushed_version(artifacts: RunArtifacts) -> pathlib.Path | None:
    """Folder of the version that the run pushed; it may have been deleted since. None if nothing was pushed."""
    pushed = artifacts.folder("Push", "pushed_model")
    if pushed is None or not (pushed / VERSION).is_file():
        return None
    # By name, because the served folder may have been moved.
    name = pathlib.Path(json.loads((pushed / VERSION).read_text(encoding="utf-8"))["version"]).name
    return artifacts.serving_dir / name


def describe_model(artifacts: RunArtifacts) -> Mapping[str, Any]:
    """The `lookbook.json` of the pushed version or, if nothing was pushed, of the assembled model; may be empty."""
    version = pushed_version(artifacts)
    found = description_of(version) if version else {}
    model = artifacts.folder("assemble_end", "model")
    return found or (description_of(model / "Format-Serving") if model else {})


def read_data_size(artifacts: RunArtifacts) -> DataSize | None:
    """Reads the size and the days of the data from ingest's report; None if ingest did not finish."""
    tables = artifacts.folder("Ingest", "tables")
    if tables is None:
        return None
    report = IngestReport.read(tables)
    kept = {name: report.tables[name].rows_kept for name in TABLES}
    return DataSize(first_day=report.first_day, last_day=report.last_day, **kept)


def was_compared(artifacts: RunArtifacts) -> bool:
    """Whether the model gate compared the model with the last blessed one, so that the Evaluator's figures are its."""
    blessing = artifacts.folder("ModelGate", "blessing")
    return blessing is not None and bounds_of(GATE_LAST)[0] in read_verdict(blessing).figures


def interval(figures: Mapping[str, float], names: tuple[str, ...]) -> Interval:
    """The mean and, if recorded, the bounds of a figure.

    Args:
        figures: figures of the Evaluator by name.
        names: names of the mean, the lower and the upper bound.
    """
    mean, low, high = names
    return Interval(figures[mean], figures.get(low), figures.get(high))


def metrics_of(figures: Mapping[str, float], ranking: str = RECOMMENDED) -> dict[str, Interval]:
    """The metrics of a ranking by title."""
    return {title: interval(figures, interval_of(metric, ranking)) for metric, title in METRIC_TITLES.items()}


def differences_of(figures: Mapping[str, float], *, compared: bool) -> dict[str, Interval]:
    """The paired differences of MAP@12, by what they are from.

    Args:
        figures: figures of the Evaluator by name.
        compared: whether the baseline model was the last blessed one.
    """
    found = {BEST_SIMPLE: interval(figures, bounds_of(GATE_SIMPLE))}
    return found | ({LAST: interval(figures, bounds_of(GATE_LAST))} if compared else {})


def _outcome(record: RunRecord, version: pathlib.Path | None) -> Outcome:
    if record.error is not None:
        return "failed"
    return "refused" if version is None else "pushed"


def _run(record: RunRecord) -> RunFacts:
    return RunFacts(
        kind=record.kind,
        finished=None if record.finished is None else datetime.datetime.fromisoformat(record.finished),
        seconds=record.seconds,
        peak_gib=record.peak_gib,
        steps=None if record.steps is None else len(record.steps),
        cached=None if record.steps is None else sum(step.cached for step in record.steps),
        code_version=record.code_version,
        package=record.package,
        failed_step=record.failed_step,
        error=record.error,
    )


def _gates(artifacts: RunArtifacts) -> tuple[GateFacts, ...]:
    """The gates of the run. A run without an error has passed the steps of all its gates."""
    record = artifacts.record
    found = [_gate(gate, artifacts) for gate in GATES if gate.in_refresh or record.kind != "refresh"]
    return tuple(gate for gate in found if gate.passed is not None or record.error is not None)


def _gate(gate: Gate, artifacts: RunArtifacts) -> GateFacts:
    folder = artifacts.folder(gate.step, _OUTPUTS.get(gate.step, "verdict"))
    verdict: Verdict | None = read_verdict(folder) if folder else None
    if verdict is not None:
        passed: bool | None = verdict.passed
        return GateFacts(
            title=gate.title, stops=gate.stops, passed=passed, line=verdict.line, warnings=verdict.warnings
        )
    failed = artifacts.record.failed_step == gate.step
    line = (artifacts.record.error or "") if failed else "the run ended before this gate"
    return GateFacts(title=gate.title, stops=gate.stops, passed=False if failed else None, line=line)


def _test_week(description: Mapping[str, Any], data: DataSize | None) -> tuple[datetime.date, datetime.date] | None:
    if data is None or JUDGED_AS_OF not in description:
        return None
    return datetime.date.fromisoformat(description[JUDGED_AS_OF]), data.last_day


def _previous(artifacts: RunArtifacts, version: pathlib.Path | None, record: RunRecord) -> Previous | None:
    """The newest version that is older than the run's."""
    others = version_folders(artifacts.serving_dir)
    if version is not None:
        others = [folder for folder in others if int(folder.name) < int(version.name)]
    if not others:
        return None
    folder = others[-1]
    description = description_of(folder)
    recorded = read_run_record(folder / EXTRA)
    figures = description.get(FIGURES, {})
    return Previous(
        number=folder.name,
        as_of=as_of(description),
        metrics=metrics_of(figures) if set(METRICS) <= set(figures) else {},
        data=None if recorded is None or recorded.data is None else _data_size(recorded.data),
        settings=None if recorded is None else _changes(recorded.settings, record.settings),
        code_version=None if recorded is None else recorded.code_version,
    )


def _data_size(tree: Mapping[str, Any]) -> DataSize:
    days = {name: datetime.date.fromisoformat(tree[name]) for name in ("first_day", "last_day")}
    return DataSize(**{**tree, **days})


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[SettingChange, ...]:
    old, new = flat(before), flat(now)
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return tuple(
        SettingChange(name=name, before=old.get(name, "not a setting"), now=new.get(name, "not a setting"))
        for name in names
    )
