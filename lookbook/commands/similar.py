"""`lookbook similar`: prints articles similar to one article, from a running server, or to a photo."""

from __future__ import annotations

import pathlib

import click

from lookbook import options


@click.command()
@click.argument("article_id", required=False)
@click.option("--photo", type=options.PATH, help="Photo to search with, a JPEG, PNG or WebP, in place of ARTICLE_ID.")
@options.out
@options.server
@options.conditions
@click.option("--k", type=click.IntRange(1, 100), default=12, show_default=True, help="Number of articles.")
def command(
    article_id: str | None,
    photo: pathlib.Path | None,
    out: pathlib.Path,
    host: str,
    port: int,
    allow: tuple[str, ...],
    deny: tuple[str, ...],
    k: int,
) -> None:
    """Show the articles most similar to ARTICLE_ID or a photo.

    An article is looked up at a running server. A photo is encoded here, as in the newest run in OUT, and needs no
    server.
    """
    if (article_id is None) == (photo is None):
        raise click.UsageError("either ARTICLE_ID or --photo must be given. Received: both or none.")
    if photo is not None:
        if allow or deny:
            raise click.UsageError("--allow and --deny need ARTICLE_ID. Received: --photo.")
        _like_photo(out, photo, k)
    else:
        assert article_id is not None
        _like_article(article_id, host, port, allow, deny, k)


def _like_photo(out: pathlib.Path, photo: pathlib.Path, k: int) -> None:
    from rich.table import Table
    from rich.text import Text

    from lookbook.console import tables
    from operations.photo_search import find_by_photo
    from pipeline.config import load_config, preset_of_training

    matches = find_by_photo(out, photo, load_config(preset_of_training(out), []).content, k)
    table = Table("", "article", "name", "type", "colour", "score")
    for position, match in enumerate(matches):
        table.add_row(*map(Text, (str(position + 1), match.article_id, *match.described, f"{match.score:.4f}")))
    click.echo(f"like {photo}")
    tables().print(table)


def _like_article(article_id: str, host: str, port: int, allow: tuple[str, ...], deny: tuple[str, ...], k: int) -> None:
    from lookbook.console import tables
    from lookbook.served_articles import served_articles
    from lookbook.server_client import article_table, connect
    from operations.known_ids import near_misses
    from transforms.errors import LookbookError

    with connect(host, port) as client:
        (described,) = client.describe([article_id])
        (neighbours,) = client.similar([article_id], allow=[allow], deny=[deny], k=k)
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
