"""`lookbook similar`: prints articles similar to one article from a running server."""

import click

from lookbook import options


@click.command()
@click.argument("article_id")
@options.server
@click.option("--k", type=click.IntRange(1, 100), default=12, show_default=True, help="Number of articles.")
def command(article_id: str, host: str, port: int, k: int) -> None:
    """Show the articles most similar to ARTICLE_ID.

    Queries a running server.
    """
    from lookbook.console import tables
    from lookbook.served_articles import served_articles
    from lookbook.server_client import article_table, connect
    from operations.known_ids import near_misses
    from transforms.errors import LookbookError

    with connect(host, port) as client:
        (described,) = client.describe([article_id])
        (neighbours,) = client.similar([article_id], k=k)
        lookup = served_articles(client)
        if not neighbours and not lookup([article_id]):
            hint = near_misses([article_id], lookup)
            raise LookbookError(
                f"article_id must be in the catalogue. Received: {article_id!r}{f'; {hint}' if hint else ''}"
            )
        table = article_table(
            client, [article.article_id for article in neighbours], [article.score for article in neighbours]
        )
    known = (described.prod_name, described.product_type_name, described.colour_group_name)
    click.echo(f"like {article_id}: {', '.join(filter(None, known)) or 'nameless'}")
    tables().print(table)
