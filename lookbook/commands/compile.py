"""`lookbook compile`: writes the pipeline for Kubeflow."""

import pathlib

import click

from lookbook import options


@click.command()
@click.option("--to", type=options.PATH, required=True, help="File to write, such as pipeline.yaml.")
@options.pipeline
@options.settings
def command(to: pathlib.Path, pipeline: str, preset: str | None, assignments: tuple[str, ...]) -> None:
    """Write a pipeline as a file for Kubeflow Pipelines.

    Presets are kubeflow-cpu, kubeflow-gpu and those of `lookbook run`. Settings of the cluster start with kubeflow, as
    in --set kubeflow.image=registry/lookbook:1.
    """
    from kubeflow.config import load_config

    config = load_config(preset, assignments)

    from kubeflow.compile import compile_pipeline

    compile_pipeline(config, to, pipeline=pipeline)
    click.echo(f"the pipeline {pipeline} is in {to}")
