"""`lookbook synthesize`: a synthetic shop."""

import pathlib
from typing import Any

import click

from lookbook import options


@click.command()
@click.option("--to", type=options.PATH, required=True, help="Folder to write the CSVs to.")
@click.option("--scale", metavar="full|NUMBER", help="H&M's size, or so many times as large, such as 0.1.")
@click.option("--customers", type=int, help="Number of customers.")
@click.option("--articles", type=int, help="Number of articles.")
@click.option("--transactions", type=int, help="Number of transactions, nearly.")
@click.option("--days", type=int, help="Length of the shop's history.")
@click.option("--seed", type=int, help="The same seed and sizes give the same files.")
@options.logs
def command(to: pathlib.Path, scale: str | None, **sizes: int | None) -> None:
    """Make a synthetic shop to try the pipeline on.

    That is three CSVs in the layout of the H&M Kaggle competition, and an oracle. oracle.csv is the
    best any recommender could do in the last week: each buyer's articles ranked by their true purchase
    probability. Sizes left out are those of the shop that `make run` tries the pipeline on.

    With --scale the shop is like H&M's: two years in which customers buy as rarely, as seldom the same
    again and at the times of the year that H&M's do. Full is 31,788,324 transactions of 1,371,980
    customers and 105,542 articles; another scale takes customers and transactions times itself, and
    articles times its square root. The options of the sizes go before it.
    """
    from synthetic.shop import ShopConfig, synthesize

    given: dict[str, Any] = {name: size for name, size in sizes.items() if size is not None}
    config = ShopConfig(**given) if scale is None else ShopConfig.at_scale(_number(scale), **given)
    shop = synthesize(config, to)
    click.echo(
        f"{shop.customers:,} customers, {shop.articles:,} articles, {shop.transactions:,} transactions"
        f" from {shop.first_day} to {shop.last_day} in {shop.folder}"
    )


def _number(scale: str) -> float:
    if scale == "full":
        return 1.0
    try:
        return float(scale)
    except ValueError as error:
        raise click.BadParameter(f"must be 'full' or a number above 0; received {scale!r}") from error
