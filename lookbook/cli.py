"""The command `lookbook`: runs a subcommand, and prints errors as one line with an exit code.

Exit codes: 0 success, 1 failure, 2 wrong usage or setting, 130 interrupted, 143 ended by `kill`. Each command is a
module in `lookbook.commands`, which imports heavy packages only when it runs, so that `--help` answers within a second.
"""

from __future__ import annotations

import importlib
import os
import pathlib
import sys
import tempfile
import traceback
from collections.abc import Sequence

import click

from lookbook.environment import prepare_tensorflow
from lookbook.interruption import Interruption
from lookbook.reporter import Reporter
from lookbook.temporary import own_temporary_folder
from transforms.errors import ConfigError, LookbookError

COMMANDS = (
    "run",
    "refresh",
    "recommend",
    "evaluate",
    "serve",
    "query",
    "similar",
    "complete",
    "outlook",
    "feedback",
    "report",
    "console",
    "versions",
    "rollback",
    "labels",
    "clean",
    "forget",
    "table",
    "embeddings",
    "tune",
    "backtest",
    "synthesize",
    "config",
    "compile",
    "run-compiled",
    "submit",
    "doctor",
)
HIDDEN_ALIASES = {"rolling": "backtest"}
DONE, FAILED, USAGE = 0, 1, 2


class LazyGroup(click.Group):
    """A group that imports its commands on demand and lists them in the order of `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Imports the command of a name or a former name."""
        name = HIDDEN_ALIASES.get(name, name)
        if name not in COMMANDS:
            return None
        return importlib.import_module(f"lookbook.commands.{name.replace('-', '_')}").command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lookbook")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """A production recommender pipeline for fashion retail: from three CSVs to answers over gRPC."""
    ctx.ensure_object(Reporter).debug = debug
    prepare_tensorflow()
    ctx.with_resource(own_temporary_folder())


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: arguments without the program's name; those of the process if None.

    Returns:
        The exit code.
    """
    given = None if arguments is None else list(arguments)
    with Interruption() as interruption:
        reporter = Reporter(interruption.check)
        try:
            code = cli.main(given, prog_name="lookbook", standalone_mode=False, obj=reporter)
            sys.stdout.flush()
            return code if isinstance(code, int) else DONE
        except (Exception, KeyboardInterrupt) as error:
            # A library may have converted the exception of a signal into its own.
            if interruption or isinstance(error, (click.Abort, KeyboardInterrupt)):
                reporter.fail("interrupted")
                return interruption.code
            return _failed(error, reporter)


def _failed(error: Exception, reporter: Reporter) -> int:
    """Prints an error in one line, after its traceback with `--debug`. Returns the exit code."""
    if reporter.debug:
        traceback.print_exception(type(error), error, error.__traceback__)
    if isinstance(error, click.ClickException):
        if reporter.json_logs:
            reporter.fail(error.format_message())
        else:
            error.show()
        return error.exit_code
    if isinstance(error, BrokenPipeError):  # the reader of the output has ended, as `head -1` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if isinstance(error, LookbookError):
        reporter.fail(str(error))
        return USAGE if isinstance(error, ConfigError) else FAILED
    from pipeline.causes import explain, one_line

    cause = explain(error, [*reporter.folders, pathlib.Path(tempfile.gettempdir())])
    if cause is not None or isinstance(error, OSError):
        reporter.fail(cause or str(error))
    elif reporter.json_logs:
        reporter.fail(str(error), error)
    else:
        reporter.fail(f"{one_line(error)}; --debug shows where")
    return FAILED
