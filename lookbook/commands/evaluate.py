"""`lookbook evaluate`: the pushed model judged on given purchases, beside the simple baselines."""

import json
import pathlib
from typing import TYPE_CHECKING

import click

from lookbook import options

if TYPE_CHECKING:
    from rich.table import Table

    from models.metrics import Interval
    from pipeline.judgement import Judgement


@click.command()
@options.out
@click.option(
    "--truth",
    type=options.PATH,
    required=True,
    help="What was bought afterwards: a CSV with customer_id and article_id, gzip or not.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the bootstrap.")
def command(out: pathlib.Path, truth: pathlib.Path, as_json: bool, seed: int) -> None:
    """Judge the pushed model on purchases, beside simple baselines.

    The figures are precision, recall, NDCG and MAP at 12; each is a mean over the customers in the file
    with its 95 % bootstrap interval. The simple baselines (what the customer bought before; what sells
    now) are judged on the same customers.
    """
    from lookbook.console import progress, tables
    from pipeline.customer_csv import read_purchases
    from pipeline.versions import served_version

    version = served_version(out)
    bought = read_purchases(truth)

    from pipeline.judgement import judge
    from pipeline.pushed import PushedModel

    model = PushedModel(version)
    with progress("customers") as bar:
        task = bar.add_task("evaluate", total=len(bought))
        judgement = judge(model, bought, seed=seed, on_batch=lambda count: bar.advance(task, count))
    if as_json:
        click.echo(json.dumps(judgement.as_tree(), indent=2))
        return
    console = tables()
    console.print(f"version {judgement.version}, {judgement.customers:,} customers who bought")
    console.print(_figures(judgement))
    console.print(_differences(judgement))


def _figures(judgement: "Judgement") -> "Table":
    table = _table("at 12, with 95 % intervals")
    for name, figures in judgement.figures.items():
        table.add_row(name, *(_text(figure, "{:.4f}") for figure in figures.values()))
    return table


def _differences(judgement: "Judgement") -> "Table":
    table = _table("lookbook minus a baseline, paired by customer")
    for name, figures in judgement.differences.items():
        table.add_row(f"- {name}", *(_text(figure, "{:+.4f}") for figure in figures.values()))
    return table


def _table(title: str) -> "Table":
    from rich.table import Table

    from models.metrics import METRICS

    table = Table(title=title, title_justify="left")
    table.add_column("")
    for metric in METRICS:
        table.add_column(metric, justify="right", no_wrap=True)
    return table


def _text(figure: "Interval", number: str) -> str:
    return f"{number} \\[{number}, {number}]".format(figure.mean, figure.low, figure.high)
