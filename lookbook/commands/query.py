"""`lookbook query`: prints recommendations for one customer from a running server."""

import pathlib

import click

from lookbook import options


@click.command()
@click.argument("customer_id")
@options.server
@click.option("--recent", metavar="ID,ID", default="", help="Articles that the customer has just viewed.")
@options.conditions
@options.reasons
@click.option("--k", type=click.IntRange(1, 100), default=12, show_default=True, help="Number of articles.")
def command(
    customer_id: str,
    host: str,
    port: int,
    recent: str,
    allow: tuple[str, ...],
    deny: tuple[str, ...],
    reasons: pathlib.Path | None,
    k: int,
) -> None:
    """Show recommendations for CUSTOMER_ID, and why.

    Queries a running server. Unknown customers get popular articles and articles similar to those of --recent. Prints
    which articles of --recent the model does not know; fails if it knows none.
    """
    from lookbook.console import tables
    from lookbook.reason_texts import load_reason_texts
    from lookbook.served_articles import parse_ids, served_articles
    from lookbook.server_client import article_table, connect
    from operations.known_ids import describe_unknown

    recent_ids, texts = parse_ids(recent), load_reason_texts(reasons)
    with connect(host, port) as client:
        unknown = describe_unknown("--recent article", recent_ids, served_articles(client), otherwise="ignored")
        (answer,) = client.recommend(
            [customer_id], recent_article_ids=[recent_ids], allow=[allow], deny=[deny], k=k, reasons=True
        )
        articles = answer.articles
        table = article_table(
            client,
            [article.article_id for article in articles],
            [article.score for article in articles],
            client.explain(answer, texts),
        )
    if unknown:
        click.echo(unknown, err=True)
    tables().print(table)
    click.echo(f"version {answer.model_version} of the model")
