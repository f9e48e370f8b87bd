"""`lookbook rolling`: what refreshing and retraining are worth, simulated on the past."""

import pathlib
from typing import TYPE_CHECKING

import click

from lookbook import options

if TYPE_CHECKING:
    from pipeline.rolling import Cell


@click.command()
@click.option("--data", type=options.PATH, required=True, help="Folder with the three CSVs, plain or gzip.")
@click.option("--work", type=options.PATH, required=True, help="Where everything goes; the same folder goes on.")
@click.option("--periods", type=click.IntRange(min=1), default=8, show_default=True, help="Of label_days each.")
@click.option("--to", type=options.PATH, help="Write the table, Markdown, to this file too.")
@options.settings
def command(
    data: pathlib.Path,
    work: pathlib.Path,
    periods: int,
    to: pathlib.Path | None,
    preset: str | None,
    assignments: tuple[str, ...],
) -> None:
    """Simulate weeks left alone, refreshed and retrained.

    The model of each policy is judged on each of the last periods, made from the data known before it; then a
    period with exchanged article ids shows what the gates make of it. Takes as many trainings as periods, and one
    more; what a killed simulation has done is not repeated.
    """
    from pipeline.config import load_config

    config = load_config(preset, assignments)

    from lookbook.outcome import log_to
    from pipeline.rolling import as_markdown, simulate

    log_to(work)
    table = as_markdown(simulate(data, work, config, periods=periods, says=_say))
    click.echo(table, nl=False)
    if to is not None:
        to.write_text(table, encoding="utf-8")


def _say(cell: "Cell") -> None:
    click.echo(f"{cell.first} {cell.policy:<28} MAP@12 {cell.map_at_12:.4f}, {cell.seconds:.0f} s", err=True)
