"""Reports the progress of a long command on standard error; standard output is for results only.

On a terminal, prints a line for each finished step and a progress bar below. Without a terminal, prints the lines only.
With `--json-logs`, prints JSON objects instead (`lookbook.json_lines`).
"""

from __future__ import annotations

import contextlib
import logging
import pathlib
import sys
from collections.abc import Callable

import click

from lookbook.bar import Bar
from lookbook.json_lines import JsonLines
from pipeline.step_callbacks import Step, StepCallbacks
from transforms.progress import LOGGER

_log = logging.getLogger("lookbook.steps")


class RunLog(logging.FileHandler):
    """The log file of a command. Drops records if the disk is full; the command itself reports that error."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Drops the record. By default, logging would print a traceback for each."""

    def close(self) -> None:
        """Closes the file and ignores write errors."""
        with contextlib.suppress(OSError):
            super().close()


class Reporter:
    """Handles the log records of a command between `start` and `stop`. `fail` may also be called after `stop`.

    Args:
        before_step: called before each step; its exceptions end the run.

    Attributes:
        debug: whether to print tracebacks (`--debug`).
        folders: folders that the command writes to.
    """

    def __init__(self, before_step: Callable[[], None] = lambda: None) -> None:
        self._before_step = before_step
        self._bar: Bar | None = None
        self._json: JsonLines | None = None
        self._file: logging.FileHandler | None = None
        self.debug = False
        self.folders: list[pathlib.Path] = []
        self._before: tuple[list[logging.Handler], int] = ([], logging.NOTSET)

    def start(self, *, json_logs: bool) -> None:
        """Installs the handlers: JSON lines, a progress bar on a terminal, or none.

        Args:
            json_logs: whether to log JSON lines.
        """
        root = logging.getLogger()
        self._before = root.handlers[:], root.level
        if json_logs:
            self._json = JsonLines()
            root.addHandler(self._json)
            root.setLevel(logging.INFO)
            logging.captureWarnings(True)
        elif sys.stderr.isatty():
            from rich.console import Console

            self._bar = Bar(Console(stderr=True))
            logging.getLogger(LOGGER).addHandler(self._bar)
            logging.getLogger(LOGGER).setLevel(logging.DEBUG)

    def stop(self) -> None:
        """Removes the handlers and restores the former state of `logging`."""
        if self._bar is not None:
            self._bar.clear()
            logging.getLogger(LOGGER).removeHandler(self._bar)
            logging.getLogger(LOGGER).setLevel(logging.NOTSET)
        if self._json is not None:
            logging.captureWarnings(False)
        if self._file is not None:
            self._file.close()
        root = logging.getLogger()
        root.handlers[:] = self._before[0]
        root.setLevel(self._before[1])

    def write_log(self, folder: pathlib.Path) -> None:
        """Writes the logs of TFX, Beam, TensorFlow and the steps to `folder/run.log`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = RunLog(folder / "run.log", mode="w")
        self._file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._file.setLevel(logging.INFO)
        root = logging.getLogger()
        root.handlers[:] = [self._file] if self._json is None else [self._file, self._json]
        root.setLevel(logging.INFO)

    def step_callbacks(self) -> StepCallbacks:
        """Returns the callbacks for the steps of one run."""
        number, count = 0, 0

        def on_start(name: str, step_number: int, step_count: int) -> None:
            nonlocal number, count
            self._before_step()
            number, count = step_number, step_count
            if self._json is not None:
                self._json.step = name
            if self._bar is not None:
                self._bar.step(f"[{number:2d}/{count}] {name}")
            self.log_event(f"step {name} starts", "step_started", number=number, count=count)

        def on_finish(step: Step) -> None:
            how = "cached" if step.cached else f"{step.seconds:.1f} s"
            if self._bar is not None:
                self._bar.clear()
            if self._json is None:
                print(f"[{number:2d}/{count}] {step.name:<24} {how}", file=sys.stderr, flush=True)
            fields = {"seconds": round(step.seconds, 3), "cached": step.cached}
            self.log_event(f"step {step.name}: {how}", "step_finished", **fields)
            if self._json is not None:
                self._json.step = None

        def on_warning(line: str) -> None:
            if self._bar is not None:
                self._bar.clear()
            self.echo(f"lookbook: warning: {line}", "warning", message=line)

        return StepCallbacks(on_start=on_start, on_finish=on_finish, on_warning=on_warning)

    def echo(self, line: str, event: str, /, **fields: object) -> None:
        """Prints a line, or with `--json-logs` logs an event.

        Args:
            line: the line.
            event: name of the event.
            fields: fields of the event; the line itself if there are none.
        """
        if self._json is None:
            click.echo(line, err=True)
        else:
            fields = fields or {"line": line}
        self.log_event(line, event, **fields)

    def log_event(self, message: str, event: str, /, **fields: object) -> None:
        """Logs an event: `message` goes to run.log, `fields` to the JSON lines."""
        _log.info(message, extra={"event": event, "fields": fields})

    def log_traceback(self, error: BaseException) -> None:
        """Writes the traceback of the error that ends the command to run.log, if run.log is open."""
        if self._file is not None:
            trace = type(error), error, error.__traceback__
            self._file.handle(_log.makeRecord(_log.name, logging.ERROR, __file__, 0, "failed", (), trace))

    def fail(self, message: str, error: BaseException | None = None) -> None:
        """Reports a failure in one line.

        Args:
            message: cause and remedy.
            error: an unexpected error, whose traceback is added to the JSON line.
        """
        if self._json is None:
            click.echo(f"lookbook: {message}", err=True)
            return
        trace = None if error is None else (type(error), error, error.__traceback__)
        extra = {"event": "failed", "fields": {"message": message}}
        self._json.handle(_log.makeRecord(_log.name, logging.ERROR, __file__, 0, message, (), trace, extra=extra))

    @property
    def json_logs(self) -> bool:
        """Whether the command logs JSON lines."""
        return self._json is not None
