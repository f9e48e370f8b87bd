"""`lookbook backtest`: compares no refresh, refresh and retraining on past periods."""

import dataclasses
import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.data
@click.option(
    "--work", type=options.PATH, required=True, help="Folder of all results; the same folder continues a backtest."
)
@click.option(
    "--periods", type=click.IntRange(min=1), default=8, show_default=True, help="Number of periods of label_days each."
)
@click.option("--to", type=options.PATH, help="Also write the Markdown table to this file.")
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
    """Backtest three policies: no refresh, refresh, retrain.

    Judges the model of each policy on each of the last periods; the model is made from the data before that period.
    Then permutes the article ids of one period to show what the gates do with corrupt data. Runs one more
    training than there are periods. A stopped backtest continues where it stopped.
    """
    from pipeline.config import load_config

    config = load_config(preset, assignments)

    from operations.backtest import simulate
    from operations.backtest_table import Cell, as_markdown

    reporter.write_log(work)

    def report(cell: Cell) -> None:
        line = f"{cell.first} {cell.policy:<28} MAP@12 {cell.map_at_12:.4f}, {cell.seconds:.0f} s"
        reporter.echo(line, "cell", **dataclasses.asdict(cell))

    table = as_markdown(simulate(data, work, config, periods=periods, disk_check=disk_check, on_cell=report))
    click.echo(table, nl=False)
    if to is not None:
        to.write_text(table, encoding="utf-8")
