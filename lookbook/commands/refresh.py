"""`lookbook refresh`: combines the last blessed weights with today's data."""

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.data
@options.out
@options.settings
@options.disk_check
@options.allow_older
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
    reporter.write_log(out)  # before TensorFlow is imported, which would log to standard error

    from lookbook.run_summary import print_summary
    from pipeline.run import refresh

    callbacks = reporter.step_callbacks()
    print_summary(refresh(data, out, config, callbacks, disk_check=disk_check, allow_older=allow_older), out)
