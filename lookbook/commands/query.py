"""`lookbook query`: recommendations for one customer, from a running server."""

import click

from lookbook import options


@click.command()
@click.argument("customer_id")
@options.server
@click.option("--recent", metavar="ID,ID", default="", help="Articles the customer has just looked at.")
@click.option("--k", type=click.IntRange(1, 100), default=12, show_default=True, help="How many articles.")
def command(customer_id: str, host: str, port: int, recent: str, k: int) -> None:
    """Show what CUSTOMER_ID is recommended, and why.

    Asks a running server. A customer nobody knows is answered too: by what sells now, and by what
    --recent says. Prints which articles of --recent the model does not know; fails if it knows
    none.
    """
    from lookbook.console import tables
    from lookbook.known_articles import check_known, listed
    from lookbook.question import article_table, client

    looked_at = listed(recent)
    with client(host, port) as asked:
        unknown = check_known(asked, looked_at, "--recent") if looked_at else None
        (answer,) = asked.recommend([customer_id], recent_article_ids=[looked_at], k=k)
        articles = answer.articles
        table = article_table(
            asked,
            [article.article_id for article in articles],
            [article.score for article in articles],
            [article.channels for article in articles],
        )
    if unknown:
        click.echo(unknown, err=True)
    tables().print(table)
    click.echo(f"version {answer.model_version} of the model")
