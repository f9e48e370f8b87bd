"""`lookbook recommend`: recommendations for many customers, into a file."""

import pathlib

import click

from lookbook import options
from transforms.progress import Progress


@click.command()
@options.out
@click.option("--all", "everyone", is_flag=True, help="Every customer the model was made with.")
@click.option("--customers", type=options.PATH, help="A CSV with customer_id, or one id a line; gzip or not.")
@click.option("--to", type=options.PATH, required=True, help="The CSV to write: customer_id,prediction.")
@click.option("--batch-size", type=click.IntRange(min=1), default=512, show_default=True, help="Customers.")
@options.logs
def command(
    out: pathlib.Path, everyone: bool, customers: pathlib.Path | None, to: pathlib.Path, batch_size: int
) -> None:
    """Write 12 articles for each customer, from the pushed model.

    The file is in Kaggle's submission format, a row a customer: customer_id,prediction, the prediction being
    article ids separated by a space, best first. It appears whole or not at all.
    """
    if everyone == (customers is not None):
        raise click.UsageError("Say for whom: either --all or --customers FILE.")

    from pipeline.customer_csv import read_customer_ids
    from pipeline.versions import served_version

    version = served_version(out)
    ids = read_customer_ids(customers) if customers else []

    from pipeline.pushed import PushedModel
    from pipeline.submission import write_submission

    model = PushedModel(version)
    ids = ids or model.known_customers()
    with Progress("recommend", "customers", len(ids)) as progress:
        written = write_submission(to, model.recommend(ids, batch_size), on_batch=progress.advance)
    speed = progress.mark.rate
    click.echo(f"{written:,} customers to {to} from version {version.number}, {speed:,.0f} customers/s")
