"""`lookbook evaluate`: judges the pushed model and the simple baselines on given purchases."""

import json
import pathlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from lookbook import options
from lookbook.reporter import Reporter
from transforms.progress import Progress

if TYPE_CHECKING:
    from rich.table import Table

    from models.metrics import Interval


@click.command()
@options.out
@click.option(
    "--truth",
    type=options.PATH,
    required=True,
    help="Later purchases: a CSV with customer_id and article_id, plain or gzip.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the bootstrap.")
@options.logs
@click.pass_obj
def command(reporter: Reporter, out: pathlib.Path, truth: pathlib.Path, as_json: bool, seed: int) -> None:
    """Judge the pushed model and baselines on purchases.

    The figures are precision, recall, NDCG and MAP at 12, each as a mean over the customers in the file with a 95 %
    bootstrap interval. The simple baselines (own purchases and popular articles) are judged on the same customers.
    Prints on standard error how many ids of the file the model knows.
    """
    from lookbook.console import tables
    from operations.customer_csv import read_purchases
    from pipeline.versions import served_version

    version = served_version(out)
    bought = read_purchases(truth)

    from operations.judgement import judge
    from operations.known_ids import compare_ids
    from operations.pushed import PushedModel

    model = PushedModel(version)
    reporter.echo(compare_ids("customer", bought, model.known_customers(), otherwise="unknown"), "ids")
    articles = dict.fromkeys(article for several in bought.values() for article in sorted(several))
    known_articles = model.known_articles()
    if known_articles is not None:
        reporter.echo(compare_ids("article", articles, known_articles, otherwise="never recommended"), "ids")
    with Progress("evaluate", "customers", len(bought)) as progress:
        judgement = judge(model, bought, seed=seed, on_batch=progress.advance)
    if as_json:
        click.echo(json.dumps(judgement.as_tree(), indent=2))
        return
    console = tables()
    console.print(f"version {judgement.version}, {judgement.customers:,} customers who bought")
    console.print(_table("mean [95 % interval]", judgement.figures, "{:.4f}"))
    against = {f"lookbook - {name}": figures for name, figures in judgement.differences.items()}
    console.print(_table("difference, paired by customer [95 % interval]", against, "{:+.4f}"))


def _table(title: str, columns: Mapping[str, Mapping[str, "Interval"]], number: str) -> "Table":
    """A table with a row for each metric. On a narrow screen, the interval of a cell is below its mean."""
    from rich.table import Table
    from rich.text import Text

    from models.metrics import METRICS

    table = Table("", title=title, title_justify="left")
    for name in columns:
        table.add_column(name, justify="right")
    for metric in METRICS:
        figures = [figures[metric] for figures in columns.values()]
        table.add_row(metric, *(Text(_cell(number, figure)) for figure in figures))
    return table


def _cell(number: str, figure: "Interval") -> str:
    return f"{number} [{number},{number}]".format(figure.mean, figure.low, figure.high)
