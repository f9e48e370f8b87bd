"""`lookbook run-compiled`: a compiled pipeline on this machine, task by task."""

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@click.argument("file", type=options.PATH)
@click.option("--data", type=options.PATH, help="Folder with the three CSVs; given as the run's parameter data_dir.")
@options.out
@options.parameters
@options.logs
@click.pass_obj
def command(
    reporter: Reporter, file: pathlib.Path, data: pathlib.Path | None, out: pathlib.Path, parameters: dict[str, str]
) -> None:
    """Run a compiled pipeline without a cluster.

    FILE is what `lookbook compile` wrote; nothing else is read. Each task's own container command runs in a process
    of its own, told what Kubeflow would tell it; OUT stands for the mounted volume, and holds the artifacts in
    buckets/ and the logs in tasks/. Tasks are not cached.
    """
    from kubeflow.compiled import read_compiled
    from kubeflow.without_cluster import run_compiled

    compiled = read_compiled(file)
    given = {**({"data_dir": str(data.resolve())} if data else {}), **parameters}
    made = run_compiled(compiled, given, out, watcher=reporter.watcher())
    pushed = [artifact.metadata for artifact in made.values() if "pushed_destination" in artifact.metadata]
    click.echo(f"tasks       {len(compiled.tasks)} of the pipeline {compiled.name} done")
    click.echo(f"pushed      {pushed[0]['pushed_destination'] if pushed else 'nothing'}")
