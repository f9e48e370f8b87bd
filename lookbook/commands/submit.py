"""`lookbook submit`: runs the pipeline on a Kubeflow cluster."""

import datetime
import pathlib
import tempfile

import click

from lookbook import options


@click.command()
@click.option("--host", required=True, help="Address of the Kubeflow Pipelines API, such as http://localhost:8888.")
@click.option("--file", type=options.PATH, help="A compiled pipeline; compiled now if left out.")
@options.pipeline
@options.settings
@click.option("--schedule", help="Run on a schedule of five cron fields, such as '0 3 * * 1'.")
@options.parameters
@click.option("--experiment", default="lookbook", show_default=True, help="Experiment that groups the runs.")
@click.option("--version", help="Name of the version; the current time if left out.")
@click.option("--namespace", help="Namespace of the runs on a multi-user cluster.")
@click.option("--token-file", type=options.PATH, help="File with a bearer token, if the cluster requires one.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Wait until the run ends.")
@click.option(
    "--timeout-min", type=click.IntRange(min=1), default=1440, show_default=True, help="Timeout of the wait in minutes."
)
def command(
    host: str,
    file: pathlib.Path | None,
    pipeline: str,
    preset: str | None,
    assignments: tuple[str, ...],
    schedule: str | None,
    parameters: dict[str, str],
    experiment: str,
    version: str | None,
    namespace: str | None,
    token_file: pathlib.Path | None,
    wait: bool,
    timeout_min: int,
) -> None:
    """Upload the pipeline to Kubeflow, run it, and wait for it.

    The exit code is 0 if the run succeeded. With --schedule, the cluster runs the pipeline on that schedule, which
    replaces former schedules of the same pipeline. The parameter data_version defaults to the current time, so that
    every run reads its data again.
    """
    from kubeflow.config import load_config
    from kubeflow.schedule import kubeflow_cron

    config = load_config(preset, assignments)
    if schedule is not None:
        kubeflow_cron(schedule)  # raises before anything is uploaded

    from kubeflow.compile import compile_pipeline
    from kubeflow.compiled import read_compiled
    from kubeflow.submit import SCHEDULED_TIME, connect, submit
    from kubeflow.submit import wait as wait_for
    from transforms.errors import ConfigError

    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H-%M-%S")
    token = token_file.read_text(encoding="utf-8").strip() if token_file else None
    with tempfile.TemporaryDirectory(prefix="lookbook-submit-") as folder:
        if file is None:
            file = pathlib.Path(folder) / f"{pipeline}.yaml"
            compile_pipeline(config, file, pipeline=pipeline)
        compiled = read_compiled(file)
        unknown = sorted(parameters.keys() - compiled.parameters.keys())
        if unknown:
            known = ", ".join(compiled.parameters) or "none"
            raise ConfigError(f"parameter must be one of {known}. Received: {', '.join(unknown)}")
        named = {"data_version": SCHEDULED_TIME if schedule else now} if "data_version" in compiled.parameters else {}
        client = connect(host, namespace=namespace, token=token)
        done = submit(
            client,
            file,
            pipeline=compiled.name,
            version=version or now,
            experiment=experiment,
            parameters={**named, **parameters},
            schedule=schedule,
            namespace=namespace,
        )
    click.echo(f"version     {version or now} of the pipeline {compiled.name}, {done.version_id}")
    if schedule is not None:
        click.echo(f"schedule    {schedule}, {done.run_id}")
        for old in done.replaced:
            click.echo(f"replaced    {old}")
        return
    click.echo(f"run         {done.run_id}")
    if wait:

        def print_state(state: str) -> None:
            click.echo(f"state       {state.lower()}")

        wait_for(client, done.run_id, timeout_s=60 * timeout_min, on_state=print_state)
