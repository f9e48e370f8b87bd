"""Converts violations of the curated schemas that ingest found into reasons and warnings of the gate."""

from __future__ import annotations

from components.ingest.report import IngestReport, TableReport, Violation
from transforms.columns import FILES


def violations_of(report: IngestReport) -> tuple[list[str], list[str]]:
    """Returns reasons to stop and warnings, one line for each column and kind.

    Values out of range stop the run. Values that a string domain does not list are warnings: they become entries of the
    vocabulary like any other.
    """
    reasons: list[str] = []
    warnings: list[str] = []
    for name, table in report.tables.items():
        for found in table.violations:
            (warnings if found.kind == "unlisted" else reasons).append(_line(name, table, found))
    return reasons, warnings


def _line(name: str, table: TableReport, found: Violation) -> str:
    schema = f"transforms/schemas/{name}.pbtxt"
    values = ", ".join(_shown(value) for value in found.values)
    rows = f"{found.rows:,} of {table.rows_kept:,} rows"
    where = f"the first in {table.file} line {found.line:,}"
    if found.kind == "unlisted":
        return f"{name}.{found.column}: {rows} hold values that {schema} does not list: {values}; {where}"
    comparison = "less than" if found.kind == "below" else "more than"
    return (
        f"{name}.{found.column}: {rows} hold {comparison} {found.bound}: {values}; {where}; correct or empty these "
        f"values in {FILES[name]}, or widen the domain in {schema}"
    )


def _shown(value: str) -> str:
    shown = value if value.isprintable() else ascii(value)
    return shown if len(shown) <= 80 else shown[:77] + "..."
