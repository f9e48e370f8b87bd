"""`lookbook synthesize`: a synthetic shop."""

import pathlib
from typing import Any

import click

from lookbook import options


@click.command()
@click.option("--to", type=options.PATH, required=True, help="Folder to write the CSVs to.")
@click.option("--customers", type=int, help="Number of customers.")
@click.option("--articles", type=int, help="Number of articles.")
@click.option("--transactions", type=int, help="Number of transactions, nearly.")
@click.option("--days", type=int, help="Length of the shop's history.")
@click.option("--seed", type=int, help="The same seed and sizes give the same files.")
@options.logs
def command(to: pathlib.Path, **sizes: int | None) -> None:
    """Make a synthetic shop to try the pipeline on.

    That is three CSVs in the layout of the H&M Kaggle competition, and an oracle. oracle.csv is the
    best any recommender could do in the last week: each buyer's articles ranked by their true purchase
    probability. Sizes left out are those of the shop that `make run` tries the pipeline on.
    """
    from pipeline.synthetic.shop import ShopConfig, synthesize

    given: dict[str, Any] = {name: size for name, size in sizes.items() if size is not None}
    shop = synthesize(ShopConfig(**given), to)
    click.echo(
        f"{shop.customers:,} customers, {shop.articles:,} articles, {shop.transactions:,} transactions"
        f" from {shop.first_day} to {shop.last_day} in {shop.folder}"
    )
