"""`lookbook refresh`: combines the last blessed weights with today's data."""

from __future__ import annotations

import datetime
import pathlib
from typing import TYPE_CHECKING

import click

from lookbook import options
from lookbook.reporter import Reporter

if TYPE_CHECKING:
    from pipeline.config import PipelineConfig


@click.command()
@options.data
@options.out
@options.settings
@options.disk_check
@options.allow_older
@click.option(
    "--only",
    type=click.Choice(["availability"]),
    help="Update the availability of the articles alone, from availability.csv, in seconds.",
)
@click.option(
    "--day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="With --only availability: the day of the availability, by default that of the served state.",
)
@options.logs
@click.pass_obj
def command(
    reporter: Reporter,
    data: pathlib.Path,
    out: pathlib.Path,
    preset: str | None,
    assignments: tuple[str, ...],
    disk_check: bool,
    allow_older: bool,
    only: str | None,
    day: datetime.datetime | None,
) -> None:
    """Update the served model to today's data, without training.

    Combines the weights of the newest version with the new state of the shop. Compares their MAP@12 on the last label
    period with the one they were blessed with, tests them in a model server and pushes them. Uses the settings of the
    run that trained, unless a preset is given.
    """
    from pipeline.config import load_config, preset_of_training

    config = load_config(preset or preset_of_training(out), assignments)

    from pipeline.versions import served_version

    served_version(out)  # raises if there is none
    if day is not None and only is None:
        raise click.UsageError("--day needs --only availability. Received: --day alone.")
    reporter.write_log(out)  # before TensorFlow is imported, which would log to standard error

    if only == "availability":
        _refresh_availability(data, out, config, day.date() if day else None)
        return

    from lookbook.run_summary import print_summary
    from pipeline.run import refresh

    callbacks = reporter.step_callbacks()
    print_summary(refresh(data, out, config, callbacks, disk_check=disk_check, allow_older=allow_older), out)


def _refresh_availability(
    data: pathlib.Path, out: pathlib.Path, config: PipelineConfig, day: datetime.date | None
) -> None:
    from operations.availability import push_availability

    pushed = push_availability(data, out, config, day)
    click.echo(
        f"version {pushed.version.number}: {pushed.available:,} of {pushed.articles:,} articles are available on "
        f"{pushed.day} (before: {pushed.available_before:,})"
    )
    if pushed.rows_rejected:
        listed = out / "availability" / "rejects.csv"
        click.echo(f"{pushed.rows_rejected:,} rows of availability.csv were set aside; see {listed}", err=True)
