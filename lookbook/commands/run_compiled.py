"""`lookbook run-compiled`: runs a compiled pipeline on this machine, task by task."""

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@click.argument("file", type=options.PATH)
@click.option("--data", type=options.PATH, help="Folder with the three CSVs; sets the parameter data_dir.")
@options.out
@options.parameters
@options.logs
@click.pass_obj
def command(
    reporter: Reporter, file: pathlib.Path, data: pathlib.Path | None, out: pathlib.Path, parameters: dict[str, str]
) -> None:
    """Run a compiled pipeline without a cluster.

    FILE is a file that `lookbook compile` wrote; nothing else is read. Runs the container command of each task in a
    process of its own, with the inputs that Kubeflow would pass. OUT replaces the mounted volume and receives the
    artifacts in buckets/ and the logs in tasks/. Tasks are not cached.
    """
    from kubeflow.compiled import read_compiled
    from kubeflow.run_compiled import run_compiled

    compiled = read_compiled(file)
    values = {**({"data_dir": str(data.resolve())} if data else {}), **parameters}
    made = run_compiled(compiled, values, out, callbacks=reporter.step_callbacks())
    pushed = [artifact.metadata for artifact in made.values() if "pushed_destination" in artifact.metadata]
    click.echo(f"tasks       {len(compiled.tasks)} of the pipeline {compiled.name} done")
    click.echo(f"pushed      {pushed[0]['pushed_destination'] if pushed else 'nothing'}")
