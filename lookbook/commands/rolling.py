"""`lookbook rolling`: what refreshing and retraining are worth, simulated on the past."""

import dataclasses
import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.data
@click.option("--work", type=options.PATH, required=True, help="Where everything goes; the same folder goes on.")
@click.option("--periods", type=click.IntRange(min=1), default=8, show_default=True, help="Of label_days each.")
@click.option("--to", type=options.PATH, help="Write the table, Markdown, to this file too.")
@options.settings
@options.disk_check
@options.logs
@click.pass_obj
def command(
    reporter: Reporter,
    data: pathlib.Path,
    work: pathlib.Path,
    periods: int,
    to: pathlib.Path | None,
    preset: str | None,
    assignments: tuple[str, ...],
    disk_check: bool,
) -> None:
    """Simulate weeks left alone, refreshed and retrained.

    The model of each policy is judged on each of the last periods, made from the data known before it; then a
    period with exchanged article ids shows what the gates make of it. Takes as many trainings as periods, and one
    more; what a killed simulation has done is not repeated.
    """
    from pipeline.config import load_config

    config = load_config(preset, assignments)

    from operations.backtest import simulate
    from operations.backtest_table import Cell, as_markdown

    reporter.write_log(work)

    def say(cell: Cell) -> None:
        line = f"{cell.first} {cell.policy:<28} MAP@12 {cell.map_at_12:.4f}, {cell.seconds:.0f} s"
        reporter.say(line, "cell", **dataclasses.asdict(cell))

    table = as_markdown(simulate(data, work, config, periods=periods, disk_check=disk_check, says=say))
    click.echo(table, nl=False)
    if to is not None:
        to.write_text(table, encoding="utf-8")
