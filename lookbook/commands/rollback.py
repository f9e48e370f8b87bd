"""`lookbook rollback`: serve an older version again."""

import pathlib
import shlex

import click

from lookbook import options


@click.command()
@options.out
@click.argument("version", type=click.IntRange(min=1))
def command(out: pathlib.Path, version: int) -> None:
    """Serve an older VERSION again.

    It is copied under a new highest number, which a running server takes up by itself; no moment is without
    a version to serve, and the one left stays, to be gone back to in its turn.
    """
    from operations.rollback import rollback

    now = rollback(out, version)
    click.echo(
        f"version {version} is served again, as {now.number}; to undo this,"
        f" `lookbook rollback --out {shlex.quote(str(out))} {now.figures['rolled_back_from']}`"
    )
