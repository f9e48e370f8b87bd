"""`lookbook compile`: the pipeline for Kubeflow."""

import pathlib

import click

from lookbook import options


@click.command()
@click.option("--to", type=options.PATH, required=True, help="The file to write, such as pipeline.yaml.")
@options.settings
def command(to: pathlib.Path, preset: str | None, assignments: tuple[str, ...]) -> None:
    """Write the pipeline as a file for Kubeflow Pipelines."""
    from pipeline.config import load_config

    config = load_config(preset, assignments)

    from kubeflow.compile import compile_pipeline

    compile_pipeline(config, to)
    click.echo(f"the pipeline is in {to}")
