"""Section Model card: what the model is for, what it was made of, how well it works, and what to mind.

Source of the headings: Mitchell et al., Model cards for model reporting, FAT* 2019.
"""

from __future__ import annotations

import dataclasses
import datetime

from pages import formats
from pages.blocks import Cell, Row, table
from pages.interval import Interval
from pages.report.changes import DataSize
from pages.report.sections.figures import SliceFacts
from pages.section import Section

_MAIN = "MAP@12"
_AGE = "age group"


@dataclasses.dataclass(frozen=True, kw_only=True)
class CardFacts:
    """Facts of the section; None where unknown.

    Attributes:
        version: number of the version; None if nothing was pushed.
        outcome: `pushed`, `refused` or `failed`.
        package: name and version of the distribution.
        data: size and days of the data.
        test_week: first and last day of the judged week.
        trained_until: the judged weights saw only purchases before this day.
        refitted_until: the refitted ranking network saw only purchases before this day.
        metrics: figures in the test week, by title.
        differences: paired differences of MAP@12, by what they are from.
        judged: number of judged customers.
        slices: figures by slice.
        sliced_by: features of the slices.
        read_columns: columns of the customers that the model reads.
        unread_columns: columns of the customers that it does not read.
    """

    version: str | None
    outcome: str
    package: str
    data: DataSize
    test_week: tuple[datetime.date, datetime.date] | None
    trained_until: datetime.date | None
    refitted_until: datetime.date | None
    metrics: dict[str, Interval]
    differences: dict[str, Interval]
    judged: int | None
    slices: tuple[SliceFacts, ...]
    sliced_by: tuple[str, ...]
    read_columns: tuple[str, ...]
    unread_columns: tuple[str, ...]


def section(facts: CardFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    lines = (
        ("Model", _model(facts)),
        ("Intended use", "Recommend 12 articles of the shop to each of its customers: on pages, in mails, in an app."),
        (
            "Not intended for",
            "Prices, credit, or any decision about a person. Nor for shops whose articles or customers it has not seen "
            "the data of.",
        ),
        ("Training data", _training(facts)),
        ("Evaluation", _evaluation(facts)),
        (
            "Limits",
            "It is judged on what customers bought, not on what they would have liked; a purchase may be caused by a "
            "recommendation of the past. One week is one season. Customers without a purchase get popular articles. "
            "Stock is not known to the model.",
        ),
        ("Personal data", _personal(facts)),
        ("Fairness", _fairness(facts)),
    )
    rows: list[Row] = [[Cell(title, strong=True), text] for title, text in lines if text]
    lead = "What the model is for, what it was made of, how well it works, and what to mind before it is used."
    return Section("card", "Model card", lead, (table("Statements", ("Topic", "Statement"), rows, headed=False),))


def _model(facts: CardFacts) -> str:
    state = f"Version {facts.version}" if facts.version else f"Not served ({facts.outcome})"
    made = formats.text(facts.package or "an unknown release")
    return (
        f"{formats.text(state)}, made by {made}: two towers and other channels propose candidates, a ranking network "
        "orders them."
    )


def _training(facts: CardFacts) -> str:
    data = facts.data
    text = (
        f"{formats.count(data.transactions)} transactions of {formats.count(data.customers)} customers and "
        f"{formats.count(data.articles)} articles, {formats.dates(data.first_day, data.last_day)}. "
    )
    if facts.trained_until is not None:
        text += f"The judged weights saw purchases before {formats.date(facts.trained_until)} only. "
    if facts.refitted_until is not None:
        text += (
            f"The ranking network that is served was refitted on purchases before {formats.date(facts.refitted_until)}."
        )
    return text.strip()


def _evaluation(facts: CardFacts) -> str:
    if not facts.metrics:
        return "Not judged: the run ended before the Evaluator."
    figures = ", ".join(
        f"{title} {formats.metric(interval.mean)}{_in_brackets(interval)}" for title, interval in facts.metrics.items()
    )
    text = f"{formats.count(facts.judged)} customers who bought in the test week"
    if facts.test_week is not None:
        text += f", {formats.dates(*facts.test_week)}"
    against = "; ".join(
        f"{formats.signed(interval.mean)} against {title}" for title, interval in facts.differences.items()
    )
    return f"{text}: {figures}. {_MAIN} {against}." if against else f"{text}: {figures}."


def _in_brackets(interval: Interval) -> str:
    return f" ({interval.bounds()})" if interval.is_bounded else ""


def _personal(facts: CardFacts) -> str:
    read, unread = (formats.text(", ".join(names)) for names in (facts.read_columns, facts.unread_columns))
    return (
        f"The model reads each customer's purchases and {read}. It does not read {unread or 'any other column'}. The "
        "version holds customer ids and histories: protect it as the data themselves."
    )


def _fairness(facts: CardFacts) -> str:
    ages = [each for each in facts.slices if each.feature == _AGE]
    parts = []
    if ages:
        low, high = (pick(ages, key=lambda each: each.map_at_12.mean) for pick in (min, max))
        parts.append(
            f"{_MAIN} by {_AGE} lies between {formats.metric(low.map_at_12.mean)} ({_group(low)}) and "
            f"{formats.metric(high.map_at_12.mean)} ({_group(high)}); groups also differ in how much they buy."
        )
    parts.append(
        "Age may steer what is shown, which can confine people to what their age group buys. Postal codes can stand "
        "for income or origin: do not slice or target by them without a reason that you could tell the customer."
    )
    others = ", ".join(name for name in facts.sliced_by if name != _AGE)
    if others:
        parts.append(f"Figures are also sliced by {formats.text(others)}.")
    return " ".join(parts)


def _group(group: SliceFacts) -> str:
    return f"{formats.text(group.value)}, {formats.count(group.customers)} customers"
