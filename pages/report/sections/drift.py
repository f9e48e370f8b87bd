"""Section Drift: the distributions of a run beside those of the last pushed run."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from pages import formats
from pages.blocks import Block, Cell, Charts, Heading, Note, Notes, Row, Tone, table
from pages.charts.chart import Chart
from pages.charts.side_by_side import side_by_side
from pages.section import Section

_MAX_CHARTS, _MAX_LINES, _MAX_ROWS, _MAX_BARS = 6, 10, 50, 12
_STATES = {
    "drifted": "drifted",
    "steady": "like before",
    "lost": "no values any more",
    "few": "not judged: few values",
    "missing": "not judged: no values before",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DriftColumn:
    """A column, a ranking feature or the scores, in both runs.

    Attributes:
        name: table and column.
        measure: title of the measure.
        value: value of the measure; None if it was not judged.
        threshold: above this, the column has drifted.
        state: one of `drifted`, `steady`, `lost`, `few`, `missing`.
        rows: number of values.
        rows_before: number of values in the last pushed run.
        shares: values or ranges with their share before and now; empty if unknown.
    """

    name: str
    measure: str
    value: float | None
    threshold: float
    state: str
    rows: int
    rows_before: int
    shares: tuple[tuple[str, float, float], ...] = ()

    @property
    def is_alarm(self) -> bool:
        """Whether the column has drifted or was lost."""
        return self.state in ("drifted", "lost")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DriftFacts:
    """Facts of the section.

    Attributes:
        version: number of the version of the last pushed run; None if unknown.
        columns: columns of the tables and of the newest week.
        ranking: ranking features and scores; None if the run has no lists to compare.
    """

    version: str | None
    columns: tuple[DriftColumn, ...]
    ranking: tuple[DriftColumn, ...] | None = None


def section(facts: DriftFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    of = "" if facts.version is None else f", version {formats.text(facts.version)}"
    lead = f"The distributions of this run beside those of the last pushed run{of}."
    blocks: list[Block] = [_alarms((*facts.columns, *(facts.ranking or ())))]
    blocks += _part(
        "Columns",
        "Columns of the tables; recent is the newest week, its prices as logarithms to the base 2.",
        facts.columns,
    )
    if facts.ranking is None:
        blocks.append(Notes((Note("There are no training lists to compare: none in this run, or none before."),)))
    else:
        text = "Features of the newest training lists, and scores relative to the mean of their list."
        blocks += _part("Ranking features and scores", text, facts.ranking)
    return Section("drift", "Drift", lead, tuple(blocks))


def _alarms(columns: Sequence[DriftColumn]) -> Notes:
    alarms = [column for column in columns if column.is_alarm]
    if not alarms:
        judged = sum(column.value is not None for column in columns)
        return Notes((Note(f"None of {judged} distributions differs by more than its threshold.", "good"),))
    notes = [Note(_finding(column), "warn") for column in alarms[:_MAX_LINES]]
    if len(alarms) > _MAX_LINES:
        notes.append(Note(f"{len(alarms) - _MAX_LINES} more are in the tables."))
    return Notes(tuple(notes))


def _finding(column: DriftColumn) -> str:
    name = formats.text(column.name)
    if column.value is None:
        return f"{name} has no values any more; it had {formats.count(column.rows_before)}."
    return f"{name}: {column.measure} {formats.metric(column.value)}, threshold {column.threshold:g}."


def _part(title: str, text: str, columns: Sequence[DriftColumn]) -> list[Block]:
    ordered = sorted(columns, key=_order)
    charts = [_chart(column) for column in ordered if column.shares and column.value is not None][:_MAX_CHARTS]
    numeric = ("Value", "Threshold", "Values before", "Values now")
    rows = [_row(column) for column in ordered[:_MAX_ROWS]]
    left = len(ordered) - len(rows)
    note = f"{left} more are further from their threshold." if left > 0 else ""
    titles = ("Column", "Measure", *numeric, "State")
    listed = table(title, titles, rows, numeric=numeric, folded=bool(charts), note=note)
    return [Heading(title, text), *([Charts(tuple(charts))] if charts else []), listed]


def _order(column: DriftColumn) -> tuple[bool, float]:
    """Alarms first, then the columns that are nearest to their threshold."""
    return not column.is_alarm, -(column.value or 0.0) / column.threshold


def _chart(column: DriftColumn) -> Chart:
    shown = [(formats.text(label) or "(empty)", *shares) for label, *shares in column.shares[:_MAX_BARS]]
    return side_by_side(
        shown,  # type: ignore[arg-type]
        ("before", "now"),
        title=formats.text(column.name),
        description=f"{column.measure} {formats.metric(column.value)}, threshold {column.threshold:g}; "
        f"{_STATES[column.state]}.",
    )


def _row(column: DriftColumn) -> Row:
    tone: Tone = "warn" if column.is_alarm else "" if column.value is not None else "muted"
    return [
        formats.text(column.name),
        column.measure,
        Cell(formats.metric(column.value), tone, strong=column.is_alarm),
        f"{column.threshold:g}",
        formats.count(column.rows_before),
        formats.count(column.rows),
        Cell(_STATES[column.state], tone),
    ]
