"""Section Steps and lineage: what took how long, what was cached, and what the version was made of."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping

from pages import formats
from pages.blocks import Block, Cell, Charts, Heading, Note, Notes, Row, table
from pages.charts.timeline import timeline
from pages.section import Section

_MAX_STEPS, _MAX_SETTINGS, _MIN_SHARE = 60, 200, 0.001


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepFacts:
    """A finished step.

    Attributes:
        name: id of the node.
        seconds: wall time.
        cached: whether it was taken from the cache.
    """

    name: str
    seconds: float
    cached: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepsFacts:
    """Facts of the section; None where unknown.

    Attributes:
        steps: finished steps in their order; None if the run has not recorded them.
        seconds: wall time of the run.
        fingerprint: hash of the CSVs.
        weights_digest: hash of the weights.
        run_key: hash of data, settings and code, which the version records.
        code_version: hash of the pipeline's code.
        package: name and version of the distribution.
        trained_until: the judged weights saw only purchases before this day.
        refitted_until: the refitted ranking network saw only purchases before this day.
        as_of: day of the state of the version.
        settings: all settings by dotted name, as JSON.
    """

    steps: tuple[StepFacts, ...] | None
    seconds: float | None
    fingerprint: str | None
    weights_digest: str | None
    run_key: str | None
    code_version: str | None
    package: str
    trained_until: datetime.date | None
    refitted_until: datetime.date | None
    as_of: datetime.date | None
    settings: Mapping[str, str]


def section(facts: StepsFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    lead = "What the run did, how long each step took, and what its version was made of."
    return Section("steps", "Steps and lineage", lead, (*_steps(facts), *_lineage(facts)))


def _steps(facts: StepsFacts) -> list[Block]:
    if not facts.steps:
        why = "The steps are not listed: a step of the run wrote this page before its end, or no step was finished."
        return [Notes((Note(why),))]
    total = sum(step.seconds for step in facts.steps)
    longest = max(facts.steps, key=lambda step: step.seconds)
    cached = sum(step.cached for step in facts.steps)
    listed = facts.steps[:_MAX_STEPS]
    shown = [step for step in listed if step.seconds >= _MIN_SHARE * total]
    part = formats.share(longest.seconds / total) if total else formats.MISSING
    description = (
        f"{formats.text(longest.name)} took longest, {formats.duration(longest.seconds)}, {part} of the steps' time. "
        f"{cached} of {len(facts.steps)} steps were taken from the cache."
    )
    bars = [(formats.text(step.name), step.seconds, step.cached) for step in shown]
    chart = timeline(bars, title="Steps over time", description=description)
    rows: list[Row] = [
        [
            formats.text(step.name),
            Cell("cached" if step.cached else "run", "muted" if step.cached else ""),
            f"{step.seconds:.1f} s",
        ]
        for step in listed
    ]
    note = ""
    if facts.seconds is not None and facts.seconds > total:
        between = formats.duration(facts.seconds - total)
        note = f"The run took {between} beside its steps, mostly to import TensorFlow and TFX."
    return [
        Charts((chart,)),
        table("All steps", ("Step", "State", "Time"), rows, numeric=("Time",), note=note, folded=True),
    ]


def _lineage(facts: StepsFacts) -> list[Block]:
    values = (
        ("Data", facts.fingerprint, "hash of the three CSVs"),
        ("Weights", facts.weights_digest, "hash of towers, ranking networks and vocabularies"),
        ("Run", facts.run_key, "hash of data, settings and code; the version records it"),
        ("Code", facts.code_version, facts.package),
        ("Judged weights", _before(facts.trained_until), "purchases that they were trained on"),
        ("Refitted ranking", _before(facts.refitted_until), "purchases that the pushed network was trained on"),
        ("State", None if facts.as_of is None else formats.date(facts.as_of), "day that the version describes"),
    )
    rows: list[Row] = [
        [title, Cell(formats.text(value), note=formats.text(what))] for title, value, what in values if value
    ]
    blocks: list[Block] = [Heading("Lineage", "Equal hashes mean equal content.")]
    if rows:
        blocks.append(table("Made of", ("What", "Value"), rows, headed=False))
    settings = list(facts.settings.items())
    if settings:
        cells: list[Row] = [[formats.text(name), formats.text(value)] for name, value in settings[:_MAX_SETTINGS]]
        left = len(settings) - len(cells)
        note = f"{left} more settings are not shown." if left > 0 else ""
        blocks.append(table("All settings", ("Setting", "Value"), cells, note=note, folded=True))
    return blocks


def _before(day: datetime.date | None) -> str | None:
    return None if day is None else f"before {formats.date(day)}"
