"""`lookbook similar`: articles like one article, from a running server."""

import click

from lookbook import options


@click.command()
@click.argument("article_id")
@options.server
@click.option("--k", type=click.IntRange(1, 100), default=12, show_default=True, help="How many articles.")
def command(article_id: str, host: str, port: int, k: int) -> None:
    """Show the articles most like ARTICLE_ID.

    Asks a running server.
    """
    from lookbook.console import tables
    from lookbook.known_articles import known_to, lost_zeros
    from lookbook.question import article_table, client
    from transforms.errors import LookbookError

    with client(host, port) as asked:
        (itself,) = asked.describe([article_id])
        (neighbours,) = asked.similar([article_id], k=k)
        if not neighbours and not known_to(asked, [article_id]):
            hint = lost_zeros(asked, [article_id])
            raise LookbookError(f"article_id must be in the catalogue. Received: {article_id!r}{hint}")
        table = article_table(
            asked, [article.article_id for article in neighbours], [article.score for article in neighbours]
        )
    known = (itself.prod_name, itself.product_type_name, itself.colour_group_name)
    click.echo(f"like {article_id}: {', '.join(filter(None, known)) or 'nameless'}")
    tables().print(table)
