"""`lookbook run`: the whole pipeline."""

from __future__ import annotations

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
    """Turn three CSVs into a validated, versioned recommender.

    Steps whose inputs and settings have not changed are not repeated. What the gates let through lies under
    OUT/serving/lookbook, ready for `lookbook serve` and TensorFlow Serving.
    """
    from pipeline.config import load_config

    config = load_config(preset, assignments)

    reporter.write_log(out)  # before TensorFlow is imported, which else logs to standard error on its own

    from lookbook.outcome import show
    from pipeline.run import run

    show(run(data, out, config, reporter.watcher(), disk_check=disk_check, allow_older=allow_older), out)
