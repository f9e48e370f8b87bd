"""`lookbook run`: the whole pipeline."""

from __future__ import annotations

import pathlib

import click

from lookbook import options


@click.command()
@click.option("--data", type=options.PATH, required=True, help="Folder with the three CSVs, plain or gzip.")
@options.out
@options.settings
def command(data: pathlib.Path, out: pathlib.Path, preset: str | None, assignments: tuple[str, ...]) -> None:
    """Turn three CSVs into a validated, versioned recommender.

    Steps whose inputs and settings have not changed are not repeated. What the gates let through lies under
    OUT/serving/lookbook, ready for `lookbook serve` and TensorFlow Serving.
    """
    from pipeline.config import load_config

    config = load_config(preset, assignments)

    from lookbook.outcome import log_to, show
    from lookbook.steps import StepPrinter
    from pipeline.run import run

    log_to(out)
    show(run(data, out, config, StepPrinter()), out)
