"""`lookbook complete`: prints what completes a look with an article, from a running server."""

import click

from lookbook import options


@click.command()
@click.argument("article_id")
@options.server
@options.conditions
@click.option("--customer", metavar="ID", default="", help="Customer for whose taste the articles are chosen.")
@click.option("--k", type=click.IntRange(1, 100), default=5, show_default=True, help="Number of articles of a group.")
def command(
    article_id: str, host: str, port: int, allow: tuple[str, ...], deny: tuple[str, ...], customer: str, k: int
) -> None:
    """Show what completes a look with ARTICLE_ID.

    For each of up to 4 groups that are bought with the article, the best articles; the score is the probability that a
    basket with the article and the group has them. Variants of the article are left out. Queries a running server.
    """
    from lookbook.console import tables
    from lookbook.served_articles import served_articles
    from lookbook.server_client import article_table, connect
    from operations.known_ids import near_misses
    from transforms.errors import LookbookError

    with connect(host, port) as client:
        (described,) = client.describe([article_id])
        (groups,) = client.complete([article_id], customer_ids=[customer], allow=[allow], deny=[deny], k=k)
        lookup = served_articles(client)
        if not groups and not lookup([article_id]):
            hint = near_misses([article_id], lookup)
            raise LookbookError(
                f"article_id must be in the catalogue. Received: {article_id!r}{f'; {hint}' if hint else ''}"
            )
        found = [
            (
                group.name,
                article_table(client, [a.article_id for a in group.articles], [a.score for a in group.articles]),
            )
            for group in groups
        ]
    known = (described.prod_name, described.product_type_name, described.colour_group_name)
    click.echo(f"with {article_id}: {', '.join(filter(None, known)) or 'nameless'}")
    if not found:
        click.echo(
            "nothing: no article of another group meets --allow and --deny"
            if allow or deny
            else "nothing: the shop has sold one group of articles only"
        )
    for name, table in found:
        click.echo(f"\n{name}")
        tables().print(table)
