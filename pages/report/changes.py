"""What changed against the version before a run: figures, data, settings and code."""

from __future__ import annotations

import dataclasses
import datetime

from pages import formats
from pages.blocks import Block, Cell, Heading, Note, Notes, Row, table
from pages.interval import Interval

_MAX_CHANGES = 60


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataSize:
    """Size and days of the data.

    Attributes:
        first_day: first day with a purchase.
        last_day: last day with a purchase.
        articles: number of articles.
        customers: number of customers.
        transactions: number of transactions.
    """

    first_day: datetime.date
    last_day: datetime.date
    articles: int
    customers: int
    transactions: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class SettingChange:
    """A setting that differs from the previous version's; the values are JSON."""

    name: str
    before: str
    now: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Previous:
    """The version before this run.

    Attributes:
        number: number of the version.
        as_of: day of its state.
        metrics: its figures in its own test week, by title.
        data: its data; None if it does not record them.
        settings: settings that differ; None if it does not record its settings.
        code_version: hash of its code; None if it does not record it.
    """

    number: str
    as_of: datetime.date | None
    metrics: dict[str, Interval]
    data: DataSize | None
    settings: tuple[SettingChange, ...] | None
    code_version: str | None


def changes(
    previous: Previous | None,
    *,
    metrics: dict[str, Interval],
    differences: dict[str, Interval],
    data: DataSize | None,
    code_version: str | None,
) -> list[Block]:
    """Compares a run with the version before it.

    Args:
        previous: the version before the run; None if there is none.
        metrics: figures of the model in the test week, by title.
        differences: paired differences of MAP@12 in the test week, by what they are from.
        data: data of the run; None if ingest did not finish.
        code_version: hash of the run's code; None if the run has not recorded it.
    """
    if previous is None:
        return [Heading("Changes", "There is no earlier version to compare with.")]
    as_of = "" if previous.as_of is None else f", state as of {formats.date(previous.as_of)}"
    blocks: list[Block] = [Heading("Changes", f"Against version {previous.number}{as_of}.")]
    rows: list[Row] = [
        [
            title,
            Cell(formats.metric(now.mean), note=now.bounds()),
            *(
                [Cell(formats.metric(previous.metrics[title].mean), note=previous.metrics[title].bounds())]
                if title in previous.metrics
                else [formats.MISSING]
            ),
        ]
        for title, now in metrics.items()
    ]
    if rows:
        note = "Each in its own test week, so the difference includes that of the weeks and customers."
        against = "the last blessed model"
        if against in differences:
            note += " The paired difference of MAP@12 in this test week is among the figures above."
        numeric = ("This run", "Previous")
        blocks.append(table("Figures then and now", ("Metric", *numeric), rows, numeric=numeric, note=note))
    blocks += _data_changes(data, previous.data)
    blocks += _setting_changes(previous, code_version)
    return blocks


def _data_changes(now: DataSize | None, before: DataSize | None) -> list[Block]:
    if now is None or before is None:
        return []
    rows: list[Row] = [
        ["Days", formats.dates(now.first_day, now.last_day), formats.dates(before.first_day, before.last_day)]
    ]
    for title in ("transactions", "customers", "articles"):
        rows.append([title.capitalize(), *(formats.count(getattr(facts, title)) for facts in (now, before))])
    return [table("Data then and now", ("What", "This run", "Previous"), rows, numeric=("This run", "Previous"))]


def _setting_changes(previous: Previous, code_version: str | None) -> list[Block]:
    notes = []
    if previous.settings is None:
        notes.append(Note(f"Version {previous.number} does not record its settings, so they are not compared."))
    elif not previous.settings:
        notes.append(Note("The settings are the same."))
    if previous.code_version is not None and code_version is not None:
        same = previous.code_version == code_version
        notes.append(Note(f"The code is {'the same' if same else 'another'}."))
    blocks: list[Block] = []
    if previous.settings:
        changes = previous.settings[:_MAX_CHANGES]
        rows = [
            [formats.text(change.name), formats.text(change.now), formats.text(change.before)] for change in changes
        ]
        left = len(previous.settings) - len(rows)
        note = f"{left} more settings differ." if left else ""
        blocks.append(table("Settings that differ", ("Setting", "This run", "Previous"), rows, note=note))
    return [*blocks, Notes(tuple(notes))] if notes else blocks
