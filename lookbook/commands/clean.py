"""`lookbook clean`: deletes artifacts of old runs."""

from __future__ import annotations

import pathlib
import shlex

import click

from lookbook import options

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@click.command()
@options.out
@click.option(
    "--keep-runs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of newest complete runs to keep, and as many refreshes.",
)
@click.option("--yes", is_flag=True, help="Delete. Without it, only say what would be deleted.")
def command(out: pathlib.Path, keep_runs: int, yes: bool) -> None:
    """Delete artifacts of old runs that no pushed version needs.

    The newest runs, runs after them that did not finish, and the runs that pushed the versions which still exist are
    kept; `lookbook versions --keep N` deletes old versions first. Checkpoints older than the kept newest runs are
    deleted too. Versions, settings, reports and the vectors of photos stay. A later run computes again what it needs.
    """
    from operations.clean import clean

    cleaning = clean(out, keep_runs, delete=yes)
    for each in cleaning.removable:
        click.echo(f"{size_text(each.size):>10}  {each.path}")
    count = len(cleaning.removable)
    kept = f"{size_text(cleaning.kept_bytes)} of {cleaning.runs} of {cleaning.of_runs} runs are kept"
    if yes:
        click.echo(f"deleted {count} folders, {cleaning.size:,} bytes; {kept}")
    elif count:
        click.echo(f"would delete {count} folders, {cleaning.size:,} bytes; {kept}")
        click.echo(f"to delete them: lookbook clean --out {shlex.quote(str(out))} --keep-runs {keep_runs} --yes")
    else:
        click.echo(f"nothing to delete; {kept}")


def size_text(size: float) -> str:
    """A size in the largest unit of which there is at least one.

    >>> size_text(999), size_text(1_000_000), size_text(2_345_678_901)
    ('999 bytes', '1.0 MB', '2.3 GB')
    """
    unit = 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.0f} bytes" if unit == 0 else f"{size:.1f} {_UNITS[unit]}"
