"""`lookbook outlook`: prints the forecast sales of articles from a running server."""

import click

from lookbook import options


@click.command()
@click.argument("article_ids", metavar="ARTICLE_ID...", nargs=-1, required=True)
@options.server
def command(article_ids: tuple[str, ...], host: str, port: int) -> None:
    """Show the forecast sales of articles.

    For ARTICLE_ID... in turn: the probability of a sale in the next week, the units of that week, and the weeks until
    the last sale within 13 weeks. Queries a running server. Fails if the model does not know an article.
    """
    import math

    from rich.table import Table
    from rich.text import Text

    from lookbook.console import tables
    from lookbook.served_articles import served_articles
    from lookbook.server_client import connect
    from operations.known_ids import near_misses
    from transforms.errors import LookbookError

    with connect(host, port) as client:
        forecasts = client.outlook(article_ids)
        missing = [each.article_id for each in forecasts if math.isnan(each.sold_probability)]
        if missing:
            catalogue = served_articles(client)
            if unknown := sorted(set(missing) - set(catalogue(missing))):
                hint = near_misses(unknown[:1], catalogue)
                raise LookbookError(
                    f"article_id must be in the catalogue. Received: {unknown[0]!r}{f'; {hint}' if hint else ''}"
                )
            raise LookbookError(
                "the sales must span at least four weeks to be forecast. Received: a model of fewer weeks; run "
                "`lookbook run` on data of more days"
            )
        described = client.describe(article_ids)
    table = Table("article", "name", "sold next week", "units next week", "weeks left")
    for article, each in zip(described, forecasts, strict=True):
        numbers = (f"{each.sold_probability:.0%}", f"{each.expected_units:.1f}", f"{each.lifetime_weeks:.1f}")
        table.add_row(*map(Text, (article.article_id, article.prod_name, *numbers)))
    tables().print(table)
