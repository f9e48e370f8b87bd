"""`lookbook forget`: removes customers from the output folder."""

from __future__ import annotations

import pathlib

import click

from lookbook import options
from lookbook.reporter import Reporter


@click.command()
@options.out
@click.option("--data", type=options.PATH, help="Folder of the CSVs to search; by default that of the last run.")
@click.option("--log", "logs", type=options.PATH, multiple=True, help="Folder of request logs; may be repeated.")
@click.option("--salt-file", type=options.PATH, help="Salt of the ids in the request logs, if they are hashed.")
@click.argument("customer_ids", metavar="CUSTOMER_ID...", nargs=-1, required=True)
@options.logs
@click.pass_obj
def command(
    reporter: Reporter,
    out: pathlib.Path,
    data: pathlib.Path | None,
    logs: tuple[pathlib.Path, ...],
    salt_file: pathlib.Path | None,
    customer_ids: tuple[str, ...],
) -> None:
    """Remove customers from all that OUT holds.

    Pushes the served version again without CUSTOMER_ID... and deletes older versions, artifacts of runs,
    checkpoints, log lines and records of request logs with them. The CSVs are yours to edit: the command says which
    of them still have the customers. Everything is searched again at the end, and a record is written to
    OUT/forgotten.
    """
    from pipeline.last_run import data_of_last_run
    from serving.hashed_ids import read_salt
    from transforms.errors import ConfigError

    try:
        salt = None if salt_file is None else read_salt(salt_file)
    except (OSError, ValueError) as error:
        raise ConfigError(f"--salt-file must be a readable salt. {error}") from error
    reporter.write_log(out)

    from operations.forget import FOLDER, forget

    record = forget(out, customer_ids, data=data or data_of_last_run(out), logs=logs, salt=salt)
    if record.pushed is not None:
        click.echo(f"pushed      version {record.pushed}, without the customers")
    counts = f"{len(record.versions)} versions, {len(record.artifacts)} artifacts and checkpoints"
    click.echo(f"deleted     {counts}, {record.bytes:,} bytes")
    for name in record.files:
        click.echo(f"cleaned     {name}")
    for file, count in record.log_records.items():
        click.echo(f"log         {count} records removed from {file}")
    for file in record.left:
        click.echo(f"still holds {file}")
    for file in record.data:
        click.echo(f"your data   {file} has the customers; remove them there, or the next run reads them again")
    if record.artifacts:
        click.echo("next        lookbook run or lookbook refresh: reports, console and table need new artifacts")
    click.echo(f"record      {out / FOLDER}")
