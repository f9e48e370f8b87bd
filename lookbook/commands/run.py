"""`lookbook run`: runs the training pipeline."""

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

    Steps whose inputs, settings and code have not changed are taken from the cache. A model that passes all gates is
    pushed to OUT/serving/lookbook, ready for `lookbook serve` and TensorFlow Serving.
    """
    from pipeline.config import load_config

    config = load_config(preset, assignments)

    reporter.write_log(out)  # before TensorFlow is imported, which would log to standard error

    from lookbook.run_summary import print_summary
    from pipeline.run import run

    callbacks = reporter.step_callbacks()
    print_summary(run(data, out, config, callbacks, disk_check=disk_check, allow_older=allow_older), out)
