"""`lookbook table`: writes the candidates of a week with features, channel ranks, scores and labels."""

from __future__ import annotations

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.out
@click.option("--week", help="First day of the week, YYYY-MM-DD; by default the test week.")
@click.option("--to", type=options.PATH, required=True, help="Folder to write DAY.parquet to.")
@options.logs
@click.pass_obj
def command(reporter: Reporter, out: pathlib.Path, week: str | None, to: pathlib.Path) -> None:
    """Write the candidates of a week as a table.

    A row is a candidate of a customer who bought in the week: ids, rank, score, label, its rank in each channel, and
    its features. A run's weeks are the list weeks, the test week, and the week after the data, which has all customers
    and no labels.
    """
    from operations.decision_table import find_trained, write_table
    from pipeline.config import load_config, preset_of_training

    config = load_config(preset_of_training(out), [])
    file = write_table(find_trained(out), config.recommender, week, to)
    reporter.echo(f"the table is in {file}", "table", file=str(file))
