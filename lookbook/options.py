"""Options that several commands share."""

from __future__ import annotations

import functools
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import click

from lookbook.reporter import Reporter


class Utf8Path(click.Path):
    """A path that is valid UTF-8 in this locale, so that all libraries accept it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Converts the value to a path.

        Args:
            value: text from the command line.
            param: option that the error names.
            ctx: context of the command.

        Raises:
            click.BadParameter: the locale cannot encode the path, or it is not UTF-8.
        """
        path = super().convert(value, param, ctx)
        encoding = sys.getfilesystemencoding()
        if str(path).isascii() or (encoding == "utf-8" and "\\udc" not in ascii(str(path))):
            return path
        if encoding == "utf-8":
            self.fail(f"must be UTF-8. Received: {str(path)!a}; rename the folder or the file", param, ctx)
        locale = " ".join(
            f"{name}={os.environ[name]}" for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)
        )
        self.fail(
            f"must be ASCII where the locale is not UTF-8. Received: {str(path)!a} with the encoding {encoding} of "
            f"{locale or 'no locale'}; set LC_ALL=C.UTF-8, or choose a path in ASCII",
            param,
            ctx,
        )


PATH = Utf8Path(path_type=pathlib.Path)
data = click.option("--data", type=PATH, required=True, help="Folder with the three CSVs, plain or gzip.")
out = click.option(
    "--out", type=PATH, default=pathlib.Path("out"), show_default=True, help="Folder that the pipeline writes to."
)
reasons = click.option(
    "--reasons", type=PATH, metavar="FILE", help="Texts of the reasons as JSON, such as a translation; English without."
)
port = click.option("--port", type=click.IntRange(0, 65535), default=8500, show_default=True, help="gRPC port.")
disk_check = click.option(
    "--disk-check/--no-disk-check",
    default=True,
    show_default=True,
    help="Refuse to start if the disk is estimated to be too small for the CSVs.",
)
allow_older = click.option("--allow-older", is_flag=True, help="Accept data that end before those of the served model.")
pipeline = click.option(
    "--pipeline",
    type=click.Choice(["train", "refresh"]),
    default="train",
    show_default=True,
    help="The pipeline of `lookbook run`, or that of `lookbook refresh`.",
)


def server(command: Callable) -> Callable:
    """Adds `--host HOST` and `--port PORT` of a running model server."""
    host = click.option("--host", default="localhost", show_default=True, help="Host of the model server.")
    return host(port(command))


def settings(command: Callable) -> Callable:
    """Adds `--preset NAME` and `--set section.name=value`, passed as `preset` and `assignments`."""
    preset = click.option("--preset", help="Settings to start from: the name of a preset, or a TOML file.")
    assignments = click.option(
        "--set",
        "assignments",
        metavar="NAME=VALUE",
        multiple=True,
        help="A setting, such as label_days=14; may be repeated. See `lookbook config --explain`.",
    )
    return preset(assignments(command))


def logs(command: Callable) -> Callable:
    """Adds `--json-logs` and `--debug`. The context's `Reporter` handles the log records of the command."""

    @functools.wraps(command)
    def logged(context: click.Context, /, *arguments, json_logs: bool, debug: bool, **named):
        reporter = context.ensure_object(Reporter)
        reporter.debug = reporter.debug or debug
        reporter.folders = [named[name].absolute() for name in ("out", "to", "work") if named.get(name) is not None]
        reporter.start(json_logs=json_logs)
        try:
            return command(*arguments, **named)
        except Exception as error:
            reporter.log_traceback(error)
            raise
        finally:
            reporter.stop()

    option = click.option("--json-logs", is_flag=True, help="Log to standard error as JSON, one object a line.")
    debug = click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    return option(debug(click.pass_context(logged)))


def conditions(command: Callable) -> Callable:
    """Adds `--allow COLUMN=VALUE` and `--deny COLUMN=VALUE`, which may be repeated, passed as `allow` and `deny`."""
    allow = click.option(
        "--allow",
        metavar="COLUMN=VALUE",
        multiple=True,
        help="Only articles with this value, such as product_group_name=Shoes; several values of a column are "
        "alternatives.",
    )
    deny = click.option("--deny", metavar="COLUMN=VALUE", multiple=True, help="No articles with this value.")
    return allow(deny(command))


def parameters(command: Callable) -> Callable:
    """Adds `--parameter name=value`, which may be repeated, passed as the dictionary `parameters`."""
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
            raise click.BadParameter(f"must be NAME=VALUE. Received: {text!r}", context, option)
        pairs[name] = value
    return pairs
