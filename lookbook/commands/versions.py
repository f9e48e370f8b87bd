"""`lookbook versions`: lists the pushed versions."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from components.model_files import RUN_KEY
from lookbook import options

if TYPE_CHECKING:
    from pipeline.versions import Version

_FRAME = 3  # characters between two columns: a line and two blanks


@click.command()
@options.out
@click.option("--keep", type=click.IntRange(min=1), help="Delete the oldest versions until this many are left.")
def command(out: pathlib.Path, keep: int | None) -> None:
    """List the pushed versions with their figures, newest last."""
    from lookbook.console import tables
    from operations.rollback import retain
    from pipeline.versions import list_versions, served_version

    served_version(out)  # raises if there is none
    if keep is not None:
        removed = retain(out, keep)
        click.echo(f"deleted {', '.join(map(str, removed)) or 'none'}")
    _show(list_versions(out), tables())


def _show(versions: list[Version], console) -> None:
    """Prints a column for each version, in several tables if needed, so that no version number is truncated."""
    from rich.table import Table

    columns = [
        {"version": str(version.number), "": "served" if version.served else "", **_flat(version.figures)}
        for version in versions
    ]
    names = list(dict.fromkeys(name for column in columns for name in column))
    widest = max(len(cell) for column in columns for cell in column.values())
    fit = max((console.width - max(map(len, names)) - _FRAME - 1) // (widest + _FRAME), 1)
    for first in range(0, len(columns), fit):
        shown = columns[first : first + fit]
        table = Table(names[0], *(column[names[0]] for column in shown))
        for name in names[1:]:
            table.add_row(name, *(column.get(name, "") for column in shown))
        console.print(table)


def _flat(figures: Mapping[str, Any]) -> dict[str, str]:
    """The figures as texts of cells, without names of sections. Digests are truncated."""
    cells: dict[str, str] = {}
    for name, value in figures.items():
        if name == RUN_KEY or "/" in name:  # internal, or one of about thirty secondary figures
            continue
        if isinstance(value, Mapping):
            for inner, cell in _flat(value).items():
                cells[f"{name} {inner}" if inner in figures else inner] = cell
        elif isinstance(value, float):
            cells[name] = f"{value:.0f}" if value.is_integer() and value > 1 else f"{value:.4f}"
        elif isinstance(value, (str, int)):
            text = str(value)
            cells[name] = text if len(text) <= 32 else text[:12]
    return cells
