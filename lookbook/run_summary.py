"""Prints the summary of a run or a refresh."""

from __future__ import annotations

import pathlib
import shlex
from typing import TYPE_CHECKING

from components.gates.table import GATES, PUSH
from models.rankings import LAST_BLESSED, NEW_TO_CUSTOMER, OWN_PURCHASES, POPULAR, RECOMMENDED

if TYPE_CHECKING:
    from pipeline.summary import Summary

_NAMES = {
    RECOMMENDED: "this model",
    OWN_PURCHASES: "own purchases",
    POPULAR: "popular",
    NEW_TO_CUSTOMER: "this model, only what is new to the customer",
    LAST_BLESSED: "last blessed model",
}


def print_summary(summary: Summary, out: pathlib.Path) -> None:
    """Prints the figures of the model and its baselines, the reason lines of the gates, and the next commands.

    Args:
        summary: summary of the run.
        out: folder that the run wrote to.
    """
    from rich.table import Table
    from rich.text import Text

    from components.served_folder import model_dir
    from lookbook.console import tables
    from pipeline.versions import list_versions

    console = tables()
    table = Table(title=f"Test week, {summary.customers} customers who bought", title_justify="left")
    table.add_column("ranking")
    for metric in next(iter(summary.figures.values())):
        table.add_column(metric, justify="right")
    for name, figures in summary.figures.items():
        table.add_row(_NAMES[name], *(f"{value:.4f}" for value in figures.values()))
    console.print(table)
    table = Table(title="By slice", title_justify="left")
    for name in ("slice", "customers", "map_at_12"):
        table.add_column(name, justify="left" if name == "slice" else "right")
    for name, figures in sorted(summary.slices.items()):
        table.add_row(name, f"{figures['customers']:.0f}", f"{figures['map_at_12']:.4f}")
    console.print(table)
    if summary.gap_closed is not None:
        console.print(
            f"oracle      MAP@12 {summary.oracle:.4f}; "
            f"{summary.gap_closed:.0%} of the gap from the better baseline closed"
        )
    console.print(f"index       recall against exact search {summary.index_recall:.3f}")
    for gate in GATES:
        verdict = summary.gates.get(gate.step)
        if verdict is None:  # a refresh has fewer gates
            continue
        for warning in verdict.warnings:
            console.print(Text(f"{gate.title:<11} warning: {warning}"))
        if gate.stops == PUSH:
            console.print(Text(f"{gate.title:<11} {verdict.line}"))
    if summary.photos.found or summary.photos.broken:
        console.print(f"photos      {summary.photos.line}")
    at = shlex.quote(str(out))
    versions = list_versions(out)
    pushed = None if summary.version is None else model_dir(out) / pathlib.Path(summary.version).name
    deleted = pushed is not None and pushed not in [version.path for version in versions]
    console.print(f"pushed      {'nothing' if deleted or pushed is None else pushed}")
    if deleted:  # all steps were cached, and the version that they pushed has been deleted since
        served = f"{versions[-1].number} is served" if versions else "no other is left"
        console.print(
            f"            The version of this run, {pushed}, was pushed and deleted earlier; {served}.\n"
            f"            To push it again, delete {out / 'metadata.db'} and run again."
        )
    console.print(
        f"run         {summary.seconds:.0f} s, {summary.cached} of {summary.steps} steps cached, "
        f"{summary.peak_gib:.1f} GiB at most"
    )
    if (out / "report.html").exists():
        console.print(f"report      {out / 'report.html'}")
    if pushed and versions:
        console.print(f"\nNext: lookbook serve --out {at}, then lookbook query CUSTOMER_ID")
        console.print(f"      lookbook recommend --out {at} --all --to recs.csv")
