"""Section Verdict: whether the model was pushed, by which gates, and what changed against the previous version."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Literal

from pages import formats
from pages.blocks import Block, Cell, Heading, Note, Notes, Row, Tile, Tiles, Tone, table
from pages.interval import Interval
from pages.report.changes import DataSize, Previous, changes
from pages.section import Section

Outcome = Literal["pushed", "refused", "failed"]
_TONES: dict[Outcome, Tone] = {"pushed": "good", "refused": "bad", "failed": "bad"}
_ROLES = {"run": "can stop the run", "push": "can stop the push"}
_MAX_WARNINGS = 30


@dataclasses.dataclass(frozen=True, kw_only=True)
class GateFacts:
    """The verdict of a gate.

    Attributes:
        title: name, such as `model gate`.
        stops: `run` or `push`.
        passed: None if the gate has given no verdict.
        line: its reason.
        warnings: findings that stop nothing.
    """

    title: str
    stops: str
    passed: bool | None
    line: str
    warnings: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunFacts:
    """Facts of the run itself; None if the run has not recorded them.

    Attributes:
        kind: `run` or `refresh`.
        finished: time of its end.
        seconds: wall time.
        peak_gib: largest resident memory of the process.
        steps: number of steps that were done.
        cached: number of them that were taken from the cache.
        code_version: hash of the pipeline's code.
        package: name and version of the distribution.
        failed_step: step that failed.
        error: its message.
    """

    kind: str
    finished: datetime.datetime | None = None
    seconds: float | None = None
    peak_gib: float | None = None
    steps: int | None = None
    cached: int | None = None
    code_version: str | None = None
    package: str = ""
    failed_step: str | None = None
    error: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class VerdictFacts:
    """Facts of the section.

    Attributes:
        outcome: what became of the model.
        version: number of the pushed version.
        run: facts of the run.
        data: data of the run; None if ingest did not finish.
        test_week: first and last day of the judged week.
        trained_until: the judged weights saw only purchases before this day.
        gates: all gates, in their order.
        metrics: figures of the model in the test week, by title.
        differences: paired differences of MAP@12 in the test week, by what they are from.
        previous: the version before this run; None if there is none.
    """

    outcome: Outcome
    version: str | None
    run: RunFacts
    data: DataSize | None
    test_week: tuple[datetime.date, datetime.date] | None
    trained_until: datetime.date | None
    gates: tuple[GateFacts, ...]
    metrics: dict[str, Interval]
    differences: dict[str, Interval]
    previous: Previous | None


def outcome_of(facts: VerdictFacts) -> tuple[str, Tone, str]:
    """The outcome in a word or two, its colour, and the reason in a sentence."""
    tone = _TONES[facts.outcome]
    if facts.outcome == "pushed":
        gate = next((gate for gate in facts.gates if gate.title == "model gate"), None)
        why = f" The model gate {_sentence(gate.line)}" if gate else ""
        return "Pushed", tone, f"Version {facts.version} was pushed.{why}"
    if facts.outcome == "refused":
        refusing = [gate for gate in facts.gates if gate.passed is False]
        if not refusing:
            return "Not pushed", tone, "No version was pushed."
        lines = " ".join(f"The {gate.title} {_sentence(gate.line)}" for gate in refusing)
        return "Refused", tone, lines
    step, error = facts.run.failed_step, _sentence(facts.run.error or "")
    if step is not None and step in error:
        return "Failed", tone, f"{error[0].upper()}{error[1:]}"
    failed = "The run did not finish." if step is None else f"Step {step} failed."
    return "Failed", tone, f"{failed} {error}".strip()


def section(facts: VerdictFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    blocks: list[Block] = [Tiles(tuple(_tiles(facts))), _gates(facts)]
    warnings = [(gate.title, line) for gate in facts.gates for line in gate.warnings]
    if warnings:
        shown = [Note(formats.text(f"{title}: {line}"), "warn") for title, line in warnings[:_MAX_WARNINGS]]
        if len(warnings) > _MAX_WARNINGS:
            shown.append(Note(f"{len(warnings) - _MAX_WARNINGS} more warnings are in the verdicts of the gates."))
        blocks += [Heading("Warnings", "Findings that stopped neither the run nor the push."), Notes(tuple(shown))]
    blocks += [table("The run", ("What", "Value"), _run_rows(facts), headed=False)]
    blocks += changes(
        facts.previous,
        metrics=facts.metrics,
        differences=facts.differences,
        data=facts.data,
        code_version=facts.run.code_version,
    )
    lead = "Whether the model of this run is served, which gates decided it, and what is new against the last version."
    return Section("verdict", "Verdict", lead, tuple(blocks))


def _sentence(line: str) -> str:
    line = " ".join(line.split())
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


def _tiles(facts: VerdictFacts) -> list[Tile]:
    tiles = []
    if facts.version is not None:
        tiles.append(Tile("Version", facts.version, "served from now on" if facts.outcome == "pushed" else ""))
    for title, interval in list(facts.metrics.items())[:1]:
        tiles.append(Tile(title, formats.metric(interval.mean), interval.bounds()))
    for title, interval in facts.differences.items():
        tone: Tone = {1: "good", 0: "", -1: "bad"}[interval.sign]  # type: ignore[assignment]
        note = ", ".join(filter(None, [f"against {title}", interval.bounds(signed=True)]))
        tiles.append(Tile("MAP@12 gained", formats.signed(interval.mean), note, tone))
    if facts.run.seconds is not None:
        cached = "" if facts.run.cached is None else f"{facts.run.cached} of {facts.run.steps} steps cached"
        tiles.append(Tile("Duration", formats.duration(facts.run.seconds), cached))
    if facts.run.peak_gib is not None:
        tiles.append(Tile("Memory", formats.gibibytes(facts.run.peak_gib), "largest resident size"))
    return tiles


def _gates(facts: VerdictFacts) -> Block:
    rows: list[Row] = []
    for gate in facts.gates:
        words: dict[bool | None, tuple[str, Tone]] = {
            True: ("passed", "good"),
            False: ("refused", "bad"),
            None: ("no verdict", "muted"),
        }
        word, tone = words[gate.passed]
        line = gate.line.removeprefix(f"{word}: ").removeprefix(f"{word}, ")
        reason = "nothing to report" if line == word else formats.text(line)
        rows.append([Cell(gate.title, note=_ROLES[gate.stops]), Cell(word, tone, strong=True), reason])
    return table("Gates", ("Gate", "Verdict", "Reason"), rows)


def _run_rows(facts: VerdictFacts) -> list[Row]:
    run, data = facts.run, facts.data
    rows: list[Row] = [["Pipeline", "training" if run.kind == "run" else "refresh, without training"]]
    if run.finished is not None:
        rows.append(["Finished", formats.moment(run.finished)])
    if data is not None:
        sizes = (("transactions", data.transactions), ("customers", data.customers), ("articles", data.articles))
        rows.append(["Data", formats.dates(data.first_day, data.last_day)])
        rows.append(["Sizes", ", ".join(f"{formats.count(size)} {name}" for name, size in sizes)])
    if facts.trained_until is not None:
        rows.append(["Judged weights trained on", f"purchases before {formats.date(facts.trained_until)}"])
    if facts.test_week is not None:
        rows.append(["Test week", formats.dates(*facts.test_week)])
    if run.code_version is not None:
        rows.append(["Code", Cell(run.package, note=f"code version {run.code_version}")])
    if run.error is not None:
        rows.append(["Error", formats.text(run.error)])
    return rows
