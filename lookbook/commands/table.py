"""`lookbook table`: writes the candidates of a week as a partition of a table for feature stores and notebooks."""

from __future__ import annotations

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.out
@click.option("--week", help="First day of the week, YYYY-MM-DD; by default the test week.")
@click.option("--to", type=options.PATH, required=True, help="Folder of the table.")
@options.logs
@click.pass_obj
def command(reporter: Reporter, out: pathlib.Path, week: str | None, to: pathlib.Path) -> None:
    """Write the candidates of a week as a table.

    A row is a candidate of a customer who bought in the week: ids, label, score, the outputs of the partial models, the
    place in each channel, and the features. Each week is a partition, TO/week_id=DAY; TO/_schema.json describes the
    columns. A run's weeks are the list weeks, the test week, and the week after the data, which has all customers and
    no labels.
    """
    from operations.decision_table import find_trained, write_table
    from pipeline.config import load_config, preset_of_training

    config = load_config(preset_of_training(out), [])
    file = write_table(find_trained(out), config.recommender, week, to)
    reporter.echo(f"the table is in {file}", "table", file=str(file))
