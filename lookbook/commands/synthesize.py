"""`lookbook synthesize`: generates a synthetic shop."""

import pathlib
from typing import Any

import click

from lookbook import options

MAX_IMAGES = 5_000


@click.command()
@click.option("--to", type=options.PATH, required=True, help="Folder to write the CSVs to.")
@click.option("--scale", metavar="full|NUMBER", help="H&M's size, or a multiple of it, such as 0.1.")
@click.option("--customers", type=int, help="Number of customers.")
@click.option("--articles", type=int, help="Number of articles.")
@click.option("--transactions", type=int, help="Approximate number of transactions.")
@click.option("--days", type=int, help="Length of the history in days.")
@click.option("--seed", type=int, help="The same seed and sizes give the same files.")
@click.option(
    "--images/--no-images", default=None, help=f"Draw photos. Default: for shops of up to {MAX_IMAGES:,} articles."
)
@options.logs
def command(to: pathlib.Path, scale: str | None, images: bool | None, **sizes: int | None) -> None:
    """Generate a synthetic shop to try the pipeline on.

    Writes three CSVs in the layout of the H&M Kaggle competition, and oracle.csv: for each buyer of the last week the
    articles ranked by their true purchase probability, which is the best possible recommendation. Sizes default to
    those of the shop of `make run`.

    Products are launched in every week. oracle_arrivals.csv holds the purchases of the last week of articles that were
    never sold before, with the rank that the oracle gives the article.

    Photos of 240 x 320 pixels are drawn into images/: the shape and the fit of the article in its colour and pattern.
    Only they show its shade and its motif, which customers have preferences for. One in a hundred articles has none,
    and two files are broken, as in real shops.

    With --scale, the shop has two years of data, and its customers buy and repeat purchases as often as H&M's, with the
    same seasons. Scale full is 31,788,324 transactions of 1,371,980 customers and 105,542 articles. A number multiplies
    customers and transactions, and its square root multiplies articles. Options for single sizes override the scale.
    """
    from synthetic.shop import ShopConfig, synthesize

    given: dict[str, Any] = {name: size for name, size in sizes.items() if size is not None}
    config = ShopConfig.from_tree(given) if scale is None else ShopConfig.at_scale(_number(scale), **given)
    shop = synthesize(config, to, photos=config.articles <= MAX_IMAGES if images is None else images)
    click.echo(
        f"{shop.customers:,} customers, {shop.articles:,} articles, {shop.transactions:,} transactions"
        f" from {shop.first_day} to {shop.last_day} in {shop.folder}"
    )
    if shop.arrivals.ranks.size:
        arrivals = shop.arrivals
        click.echo(
            f"{len(arrivals.ranks):,} purchases of the last week ({arrivals.share:.1%}) are of articles never sold"
            f" before; the oracle ranks {arrivals.recall_at(12):.0%} of these among its first 12, "
            f"{arrivals.recall_at(200):.0%} among its first 200"
        )
    if shop.photos is not None:
        click.echo(
            f"{shop.photos.drawn:,} photos; {shop.photos.missing:,} articles have none, {shop.photos.broken} are broken"
        )


def _number(scale: str) -> float:
    if scale == "full":
        return 1.0
    try:
        return float(scale)
    except ValueError as error:
        raise click.BadParameter(f"must be 'full' or a number above 0. Received: {scale!r}") from error
