"""`lookbook doctor`: checks the machine and the data."""

import pathlib

import click

from lookbook import options


@click.command()
@options.out
@click.option("--data", type=options.PATH, help="Also check the CSVs and count the photos of this folder.")
@options.settings
@click.pass_context
def command(
    ctx: click.Context, out: pathlib.Path, data: pathlib.Path | None, preset: str | None, assignments: tuple[str, ...]
) -> None:
    """Check this machine and the data, and print remedies.

    Checks Python, package versions, ScaNN, oneDNN, memory, disk and, with --data, the CSVs and the photos.
    Of each photo, header and end are read. Exits with 1 if a check fails; missing and broken photos are no failure.
    """
    from lookbook.checks import all_checks
    from pipeline.config import load_config

    config = load_config(preset, assignments)
    failed = 0
    for check in all_checks(out, data, config.photos):
        click.echo(f"{'ok  ' if check.ok else 'FAIL'}  {check.name}: {check.found}")
        failed += not check.ok
        if check.remedy:
            click.echo(f"      -> {check.remedy}")
    ctx.exit(1 if failed else 0)
