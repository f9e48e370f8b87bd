"""`lookbook run`: the whole pipeline."""

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

    from pipeline.run import run

    summary = run(data, out, config)
    if summary is not None:
        click.echo(str(summary))
