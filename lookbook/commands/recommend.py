"""`lookbook recommend`: writes recommendations for many customers to a file."""

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter
from transforms.progress import Progress


@click.command()
@options.out
@click.option("--all", "everyone", is_flag=True, help="Recommend to all customers of the model.")
@click.option("--customers", type=options.PATH, help="A CSV with customer_id, or one id a line; plain or gzip.")
@click.option("--to", type=options.PATH, required=True, help="CSV to write: customer_id,prediction.")
@click.option("--delimiter", default=" ", help="Character between the article ids of a prediction; a space by default.")
@click.option("--batch-size", type=click.IntRange(min=1), default=512, show_default=True, help="Customers per batch.")
@options.logs
@click.pass_obj
def command(
    reporter: Reporter,
    out: pathlib.Path,
    everyone: bool,
    customers: pathlib.Path | None,
    to: pathlib.Path,
    delimiter: str,
    batch_size: int,
) -> None:
    """Write 12 articles for each customer, from the pushed model.

    The file is in Kaggle's submission format with one row for each customer: customer_id,prediction. The prediction has
    article ids separated by a space or another delimiter, best first. The file is written completely or not at all.
    Customers that the model does not know get popular articles; their number is printed. Fails if the model knows no
    customer of the list.
    """
    if everyone == (customers is not None):
        raise click.UsageError("Give either --all or --customers FILE.")

    from operations.customer_csv import read_customer_ids
    from operations.submission import require_delimiter, require_unambiguous, write_submission
    from pipeline.versions import served_version

    require_delimiter(delimiter)

    version = served_version(out)
    ids = read_customer_ids(customers) if customers else []

    from operations.known_ids import compare_ids
    from operations.pushed import PushedModel

    model = PushedModel(version)
    require_unambiguous(model.known_articles() or [], delimiter)
    known = model.known_customers()
    if ids:
        reporter.echo(compare_ids("customer", ids, known, otherwise="the others get popular articles"), "ids")
    ids = ids or known
    with Progress("recommend", "customers", len(ids)) as progress:
        written = write_submission(to, model.recommend(ids, batch_size), on_batch=progress.advance, delimiter=delimiter)
    speed = progress.mark.rate
    click.echo(f"{written:,} customers to {to} from version {version.number}, {speed:,.0f} customers/s")
