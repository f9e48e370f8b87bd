"""`lookbook refresh`: the last blessed weights on today's data."""

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
    """Bring what is served up to today's data, without training.

    The newest version's weights are put on the new state of the shop, judged on the last label period against
    what they were blessed with, tried in a model server and pushed. Settings are those of the run that trained,
    unless a preset is given.
    """
    from pipeline.config import load_config, preset_of_training

    config = load_config(preset or preset_of_training(out), assignments)

    from pipeline.versions import served_version

    served_version(out)  # says so if there is none
    reporter.write_log(out)  # before TensorFlow is imported, which else logs to standard error on its own

    from lookbook.outcome import show
    from pipeline.run import refresh

    show(refresh(data, out, config, reporter.watcher(), disk_check=disk_check, allow_older=allow_older), out)
