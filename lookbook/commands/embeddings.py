"""`lookbook embeddings`: writes the embeddings of the pushed model for TensorBoard's projector and for notebooks."""

from __future__ import annotations

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.out
@click.option("--to", type=options.PATH, required=True, help="Folder to write to.")
@click.option("--customers", type=options.PATH, help="A CSV with customer_id, or one id a line; plain or gzip.")
@click.option(
    "--data",
    type=options.PATH,
    help="Folder of the photos; by default the data folder of the last run.",
)
@options.settings
@options.logs
@click.pass_obj
def command(
    reporter: Reporter,
    out: pathlib.Path,
    to: pathlib.Path,
    customers: pathlib.Path | None,
    data: pathlib.Path | None,
    preset: str | None,
    assignments: tuple[str, ...],
) -> None:
    """Write the embeddings of the pushed model.

    Writes vectors and attributes of all articles, and vectors of the given customers, as TSV and Parquet. If the shop
    has photos, a sprite of at most 8192 pixels a side is written too. `tensorboard --logdir DIR` shows the folder in
    its projector. Customers that the model does not know are left out; their number is printed.
    """
    from operations.customer_csv import read_customer_ids
    from pipeline.config import load_config, preset_of_training
    from pipeline.versions import served_version
    from transforms.errors import ConfigError, LookbookError

    version = served_version(out)
    config = load_config(preset or preset_of_training(out), assignments)
    wanted = read_customer_ids(customers) if customers else []
    if data is not None and not data.is_dir():
        raise ConfigError(f"--data must be a folder. Received: {data}")

    from operations.embeddings import export_embeddings, ingested_attributes
    from operations.known_ids import compare_ids
    from operations.pushed import PushedModel
    from pipeline.last_run import data_of_last_run
    from transforms.photos.shop_photos import ShopPhotos

    model = PushedModel(version)
    articles = model.known_articles()
    if not articles:
        raise LookbookError(f"{version.path} must list its articles. It is missing; push again with this release")
    if wanted:
        known = model.known_customers()
        reporter.echo(compare_ids("customer", wanted, known, otherwise="left out"), "ids")
        wanted = [*filter(frozenset(known).__contains__, wanted)]
    data = data or data_of_last_run(out)
    exported = export_embeddings(
        model,
        to,
        article_ids=articles,
        customer_ids=wanted,
        attributes=ingested_attributes(out),
        photos=None if data is None else ShopPhotos(data, config.photos),
    )
    with_customers = f" and {exported.customers:,} customers" if exported.customers else ""
    sprite = "no photos" if exported.photos is None else f"{exported.photos:,} photos"
    click.echo(
        f"{exported.articles:,} articles{with_customers}, {exported.dimensions} dimensions, {sprite}"
        f" from version {version.number} in {to}"
    )
