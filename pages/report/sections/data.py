"""Section Data: rows read and set aside, sales by day, and the columns as TFDV's statistics describe them."""

from __future__ import annotations

import dataclasses
import datetime

from pages import formats
from pages.blocks import Block, Cell, Charts, Heading, Note, Notes, Row, Tone, table
from pages.charts.bars import bars, histogram
from pages.charts.chart import Chart
from pages.charts.days import Band, chart_of_days
from pages.section import Section

_MAX_REASONS, _MAX_EXAMPLES, _MAX_COLUMNS, _MAX_ANOMALIES, _MAX_CHARTS = 40, 3, 60, 40, 12
_TOP_VALUES = 6
_DRAWN = {
    "articles": ("product_type_name", "product_group_name", "colour_group_name", "graphical_appearance_name"),
    "customers": ("age", "club_member_status", "fashion_news_frequency"),
    "transactions": ("price",),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Example:
    """An example of a wrong value.

    Attributes:
        line: line number in the CSV.
        value: the value.
    """

    line: int
    value: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reason:
    """Wrong values of a table for one reason.

    Attributes:
        reason: column and reason.
        count: number of such values.
        consequence: `row set aside` or `value set to null`.
        examples: the first ones.
    """

    reason: str
    count: int
    consequence: str
    examples: tuple[Example, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableFacts:
    """Rows of a table.

    Attributes:
        file: name of the CSV.
        rows_read: rows in the file.
        rows_kept: rows in the table.
        rows_rejected: rows set aside.
        reasons: why rows were set aside and values became null.
    """

    file: str
    rows_read: int
    rows_kept: int
    rows_rejected: int
    reasons: tuple[Reason, ...] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class ColumnFacts:
    """Statistics of a column.

    Attributes:
        table: name of the table.
        name: name of the column.
        kind: `number`, `text` or `day`.
        rows: number of rows that were counted.
        missing: number of them without a value.
        distinct: number of distinct values; None for numbers.
        low: smallest value; None for text.
        median: median; None for text.
        high: largest value; None for text.
        mean: mean; None for text.
        buckets: low and high bound and count of the buckets of a histogram.
        top: most frequent values with their counts.
    """

    table: str
    name: str
    kind: str
    rows: int
    missing: int
    distinct: int | None = None
    low: float | None = None
    median: float | None = None
    high: float | None = None
    mean: float | None = None
    buckets: tuple[tuple[float, float, float], ...] = ()
    top: tuple[tuple[str, float], ...] = ()

    @property
    def missing_share(self) -> float:
        """Share of rows without a value."""
        return self.missing / self.rows if self.rows else 0.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Anomaly:
    """An anomaly that ExampleValidator found.

    Attributes:
        where: table and column.
        what: description.
        is_error: whether its severity is ERROR.
    """

    where: str
    what: str
    is_error: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class DataFacts:
    """Facts of the section.

    Attributes:
        tables: the three tables.
        sales: days with their number of transactions, ascending; empty if ingest has not recorded them.
        bands: periods of the days.
        columns: the columns of all tables; None if there are no statistics.
        anomalies: anomalies; None if the tables were not validated.
    """

    tables: tuple[TableFacts, ...]
    sales: tuple[tuple[datetime.date, int], ...]
    bands: tuple[Band, ...]
    columns: tuple[ColumnFacts, ...] | None
    anomalies: tuple[Anomaly, ...] | None


def section(facts: DataFacts) -> Section:
    """Builds the section.

    Args:
        facts: facts of the section.
    """
    blocks = [_rows(facts), *_reasons(facts), *_sales(facts), *_anomalies(facts), *_columns(facts)]
    lead = "What was read, what was set aside and why, and how the values are distributed."
    return Section("data", "Data", lead, tuple(blocks))


def _rows(facts: DataFacts) -> Block:
    numeric = ("Rows read", "Kept", "Set aside", "Share set aside")
    rows: list[Row] = []
    for found in facts.tables:
        share = found.rows_rejected / found.rows_read if found.rows_read else 0.0
        tone: Tone = "warn" if found.rows_rejected else "muted"
        counts = [formats.count(value) for value in (found.rows_read, found.rows_kept)]
        aside = [Cell(formats.count(found.rows_rejected), tone), Cell(formats.share(share), tone)]
        rows.append([formats.text(found.file), *counts, *aside])
    return table("Rows", ("File", *numeric), rows, numeric=numeric)


def _reasons(facts: DataFacts) -> list[Block]:
    rows = []
    for found in facts.tables:
        for reason in found.reasons:
            examples = [f"line {e.line}: {formats.text(e.value) or '(empty)'}" for e in reason.examples[:_MAX_EXAMPLES]]
            count = formats.count(reason.count)
            rows.append([formats.text(reason.reason), found.file, reason.consequence, count, "; ".join(examples)])
    if not rows:
        return [Notes((Note("Every row was kept and every value could be read.", "good"),))]
    left = len(rows) - _MAX_REASONS
    note = f"{left} more reasons are in ingest.json." if left > 0 else "All are in rejects.csv, with their lines."
    titles = ("Column and reason", "File", "Consequence", "Values", "Examples")
    return [table("Wrong values", titles, rows[:_MAX_REASONS], numeric=("Values",), note=note)]


def _sales(facts: DataFacts) -> list[Block]:
    if not facts.sales:
        return [Notes((Note("There is no chart of sales: ingest of this run did not record the sales of each day."),))]
    days, last = len(facts.sales), facts.sales[-1]
    weakest, strongest = (choose(facts.sales, key=lambda sale: sale[1]) for choose in (min, max))
    description = (
        f"{days} days with sales, from {formats.count(weakest[1])} on {formats.date(weakest[0])} to "
        f"{formats.count(strongest[1])} on {formats.date(strongest[0])}; {formats.count(last[1])} on the last day, "
        f"{formats.date(last[0])}."
    )
    chart = chart_of_days(
        facts.sales, facts.bands, unit="transactions", title="Sales of each day", description=description
    )
    return [Charts((chart,))]


def _anomalies(facts: DataFacts) -> list[Block]:
    if facts.anomalies is None:
        return [Notes((Note("There are no anomalies to show: the run ended before the tables were validated."),))]
    if not facts.anomalies:
        return [Notes((Note("The tables have no anomalies against their schemas.", "good"),))]
    shown = facts.anomalies[:_MAX_ANOMALIES]
    notes = [Note(formats.text(f"{a.where}: {a.what}"), "bad" if a.is_error else "warn") for a in shown]
    if len(facts.anomalies) > len(shown):
        notes.append(Note(f"{len(facts.anomalies) - len(shown)} more anomalies are in the validators' artifacts."))
    return [Heading("Anomalies", "Of the statistics against the curated schemas."), Notes(tuple(notes))]


def _columns(facts: DataFacts) -> list[Block]:
    if facts.columns is None:
        return [Notes((Note("There are no distributions: the run ended before the statistics were computed."),))]
    if not facts.columns:
        return []
    main = [column for column in facts.columns if column.name in _DRAWN.get(column.table, ())]
    drawn = [chart for column in main[:_MAX_CHARTS] if (chart := _chart(column))]
    blocks: list[Block] = [Heading("Columns", "From the statistics of TFDV; of large tables over a sample.")]
    if drawn:
        blocks.append(Charts(tuple(drawn)))
    numeric = ("Missing", "Distinct", "Least", "Median", "Mean", "Largest")
    rows = [_column_row(column) for column in facts.columns[:_MAX_COLUMNS]]
    blocks.append(table("All columns", ("Column", "Table", *numeric), rows, numeric=numeric, folded=True))
    return blocks


def _chart(column: ColumnFacts) -> Chart | None:
    missing = f"{formats.share(column.missing_share)} missing" if column.missing else "none missing"
    title = formats.text(column.name)
    if column.buckets and column.kind == "number":
        low, median, high = (formats.number(value) for value in (column.low, column.median, column.high))
        spread = f"{column.table}; {low} to {high}, median {median}; {missing}."
        return histogram(column.buckets, title=title, description=spread)
    if len(column.top) > 1:
        values = [(formats.text(value) or "(empty)", count) for value, count in column.top[:_TOP_VALUES]]
        distinct = f"{column.table}; {formats.count(column.distinct)} distinct values"
        return bars(values, title=title, description=f"{distinct}; {missing}.")
    return None


def _column_row(column: ColumnFacts) -> Row:
    tone: Tone = "warn" if column.missing_share > 0.5 else ""
    numbers = (column.low, column.median, column.mean, column.high)
    return [
        formats.text(column.name),
        column.table,
        Cell(formats.share(column.missing_share), tone),
        formats.count(column.distinct),
        *(formats.MISSING if column.kind == "day" else formats.number(value) for value in numbers),
    ]
