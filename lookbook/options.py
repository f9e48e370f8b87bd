"""The options that several commands share, so that they mean and say the same everywhere."""

from __future__ import annotations

import functools
import pathlib
from collections.abc import Callable

import click

from lookbook.reporter import Reporter

PATH = click.Path(path_type=pathlib.Path)


def data(command: Callable) -> Callable:
    """`--data DIR`, without which the command cannot be."""
    return click.option("--data", type=PATH, required=True, help="Folder with the three CSVs, plain or gzip.")(command)


def out(command: Callable) -> Callable:
    """`--out DIR`."""
    return click.option(
        "--out", type=PATH, default=pathlib.Path("out"), show_default=True, help="Where the pipeline writes."
    )(command)


def server(command: Callable) -> Callable:
    """`--host HOST` and `--port PORT` of a running model server."""
    host = click.option("--host", default="localhost", show_default=True, help="Where the server runs.")
    return host(port(command))


def port(command: Callable) -> Callable:
    """`--port PORT`."""
    return click.option("--port", type=click.IntRange(0, 65535), default=8500, show_default=True, help="gRPC port.")(
        command
    )


def settings(command: Callable) -> Callable:
    """`--preset NAME` and `--set section.name=value`, as `preset` and `assignments`."""
    preset = click.option("--preset", help="Settings to start from: a preset's name, or a TOML file.")
    assignments = click.option(
        "--set",
        "assignments",
        metavar="NAME=VALUE",
        multiple=True,
        help="One setting, such as label_days=14; may be repeated. See `lookbook config`.",
    )
    return preset(assignments(command))


def logs(command: Callable) -> Callable:
    """`--json-logs`; the context's `Reporter` hears what is logged until the command is done."""

    @functools.wraps(command)
    def heard(context: click.Context, /, *given, json_logs: bool, **named):
        reporter = context.ensure_object(Reporter)
        reporter.start(json_logs=json_logs)
        try:
            return command(*given, **named)
        finally:
            reporter.stop()

    option = click.option(
        "--json-logs",
        is_flag=True,
        help="Say on standard error what is going on as JSON, an object a line.",
    )
    return option(click.pass_context(heard))


def disk_check(command: Callable) -> Callable:
    """`--disk-check`, or `--no-disk-check`."""
    return click.option(
        "--disk-check/--no-disk-check",
        default=True,
        show_default=True,
        help="Refuse to begin where the disk looks too small for the CSVs.",
    )(command)


def pipeline(command: Callable) -> Callable:
    """`--pipeline train` or `--pipeline refresh`."""
    return click.option(
        "--pipeline",
        type=click.Choice(["train", "refresh"]),
        default="train",
        show_default=True,
        help="What `lookbook run` does, or `lookbook refresh`.",
    )(command)


def parameters(command: Callable) -> Callable:
    """`--parameter name=value`, repeatable, as the dictionary `parameters`."""
    return click.option(
        "--parameter",
        "parameters",
        metavar="NAME=VALUE",
        multiple=True,
        callback=_pairs,
        help="A parameter of the run, such as data_version=2020-09-22; may be repeated.",
    )(command)


def _pairs(context: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise click.BadParameter(f"must be NAME=VALUE; received {text!r}", context, option)
        pairs[name] = value
    return pairs
