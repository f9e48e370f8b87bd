"""`lookbook config`: prints the settings of a run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from lookbook import options

if TYPE_CHECKING:
    from pipeline.setting_rows import SettingRow

_ALL = ""


@click.command()
@options.settings
@click.option(
    "--explain",
    "section",
    metavar="[SECTION]",
    is_flag=False,
    flag_value=_ALL,
    help="Print name, value, default, range and description of the settings of a section, such as ranking or "
    "kubeflow.beam, of one setting, or of all.",
)
def command(preset: str | None, assignments: tuple[str, ...], section: str | None) -> None:
    """Print all settings of a run, in TOML.

    The output is a preset: save it to a file ending in .toml, edit it, and pass it to --preset.
    """
    if section is not None:
        from kubeflow.config import load_config as load_all
        from pipeline.setting_rows import setting_rows

        rows = setting_rows(load_all(preset, assignments), section)
        _show_table(rows) if sys.stdout.isatty() else _show_text(rows)
        return
    from pipeline.config import load_config
    from pipeline.toml_text import to_toml

    config = load_config(preset, assignments)
    click.echo(f"# fingerprint {config.fingerprint()}")
    click.echo(to_toml(config.as_tree()), nl=False)


def _show_table(rows: Sequence[SettingRow]) -> None:
    """Prints a row for each setting. Values other than the default are bold."""
    from rich.table import Table
    from rich.text import Text

    from lookbook.console import tables

    table = Table("setting", "value", "default", "range", "description")
    for row in rows:
        value = Text(row.value, style="" if row.is_default else "bold")
        table.add_row(Text(row.name), value, Text(row.default), Text(row.rule), Text(row.description))
    tables().print(table)


def _show_text(rows: Sequence[SettingRow]) -> None:
    """Prints a paragraph for each setting."""
    for number, row in enumerate(rows):
        click.echo(("\n" if number else "") + f"{row.name} = {row.value}")
        click.echo(f"  default  {row.default}")
        click.echo(f"  range    {row.rule}")
        click.echo(f"  {row.description}")
