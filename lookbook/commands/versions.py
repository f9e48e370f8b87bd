"""`lookbook versions`: what is pushed."""

import pathlib
from collections.abc import Mapping
from typing import Any

import click

from lookbook import options


@click.command()
@options.out
@click.option("--keep", type=click.IntRange(min=1), help="Delete the oldest until this many are left.")
def command(out: pathlib.Path, keep: int | None) -> None:
    """List the pushed versions with their figures, newest last."""
    from rich.table import Table

    from lookbook.console import tables
    from pipeline.versions import list_versions, retain, served_version

    served_version(out)  # says so if there is none
    if keep is not None:
        removed = retain(out, keep)
        click.echo(f"deleted {', '.join(map(str, removed)) or 'none'}")
    versions = list_versions(out)
    figures = [dict(_flat(version.figures)) for version in versions]
    names = list(dict.fromkeys(name for row in figures for name in row))
    table = Table("version", "", *names)
    for version, row in zip(versions, figures, strict=True):
        table.add_row(str(version.number), "served" if version.served else "", *(row.get(name, "") for name in names))
    tables().print(table)


def _flat(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The figures that fit a cell; those of a section go by their own names, digests are shortened."""
    cells = []
    for name, value in figures.items():
        if name == "run_key" or "/" in name:  # of no use to a person; one of thirty figures beside the main ones
            continue
        if isinstance(value, Mapping):
            cells += _flat(value)
        elif isinstance(value, float):
            cells.append((name, f"{value:.4f}"))
        elif isinstance(value, (str, int)):
            text = str(value)
            cells.append((name, text if len(text) <= 32 else text[:12]))
    return cells
