"""`lookbook labels`: shows or sets the version labels in a model config file."""

from __future__ import annotations

import pathlib

import click

from lookbook import options


@click.command()
@click.argument("file", type=options.PATH)
@click.argument("assignments", metavar="[LABEL=VERSION]...", nargs=-1)
@click.option("--model", help="Name of the model, if the file has several.")
def command(file: pathlib.Path, assignments: tuple[str, ...], model: str | None) -> None:
    """Show or set the version labels in a model config FILE.

    Sets [LABEL=VERSION]... if any are given.

    Servers that were started with --model-config-file FILE load the versions that new labels name, and move the labels
    when they are available. Comments in the file are lost.
    """
    from operations.version_labels import read_labels, set_labels

    if assignments:
        set_labels(file, dict(map(_assignment, assignments)), model)
    for labelled in read_labels(file):
        for label, number in sorted(labelled.labels.items()):
            click.echo(f"{labelled.name} {label} = version {number}")


def _assignment(text: str) -> tuple[str, int]:
    label, equals, number = text.partition("=")
    if not (label and equals and number.isdigit()):
        raise click.BadParameter(f"must be LABEL=VERSION. Received: {text!r}")
    return label, int(number)
