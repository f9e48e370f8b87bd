"""`lookbook rollback`: serves an older version again."""

import pathlib
import shlex

import click

from lookbook import options


@click.command()
@options.out
@click.argument("version", type=click.IntRange(min=1))
def command(out: pathlib.Path, version: int) -> None:
    """Serve an older VERSION again.

    Copies it under a new highest number, which running servers then load. A version is served at all times. The former
    version is kept, so that a rollback can be undone.
    """
    from operations.rollback import rollback

    now = rollback(out, version)
    click.echo(
        f"version {version} is served again, as {now.number}; to undo this,"
        f" `lookbook rollback --out {shlex.quote(str(out))} {now.figures['rolled_back_from']}`"
    )
