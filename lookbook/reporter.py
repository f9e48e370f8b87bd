"""What a long command says while it is at work, all of it to standard error: results alone go to standard output.

On a terminal a line for each step that is done, and below them a bar for what is at work. Elsewhere the lines alone.
With `--json-logs` an object a line instead (`lookbook.json_lines`).
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
from pipeline.steps import Step, Watcher
from transforms.progress import LOGGER

_log = logging.getLogger("lookbook.steps")


class RunLog(logging.FileHandler):
    """The log file of a command. On a full disk it drops records; the command reports the error."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Drops the record. The default prints a traceback for each."""

    def close(self) -> None:
        """Closes the file and ignores write errors."""
        with contextlib.suppress(OSError):
            super().close()


class Reporter:
    """Between `start` and `stop` it hears what is logged; `fail` may be said after that too.

    Args:
        before_step: called before each step; what it raises ends the run.

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
        """Begins to say things, in one of the three ways."""
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
        """Ends it; what was set in `logging` is as it was."""
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
        """What TFX, Beam, TensorFlow and the steps log goes to `folder/run.log` too."""
        folder.mkdir(parents=True, exist_ok=True)
        self._file = RunLog(folder / "run.log", mode="w")
        self._file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self._file.setLevel(logging.INFO)
        root = logging.getLogger()
        root.handlers[:] = [self._file] if self._json is None else [self._file, self._json]
        root.setLevel(logging.INFO)

    def watcher(self) -> Watcher:
        """To be told of the steps of one run."""
        number, count = 0, 0

        def starts(name: str, its_number: int, of: int) -> None:
            nonlocal number, count
            self._before_step()
            number, count = its_number, of
            if self._json is not None:
                self._json.step = name
            if self._bar is not None:
                self._bar.step(f"[{number:2d}/{count}] {name}")
            self.tell(f"step {name} begins", "step_started", number=number, count=count)

        def ends(step: Step) -> None:
            how = "cached" if step.cached else f"{step.seconds:.1f} s"
            if self._bar is not None:
                self._bar.clear()
            if self._json is None:
                print(f"[{number:2d}/{count}] {step.name:<24} {how}", file=sys.stderr, flush=True)
            self.tell(f"step {step.name}: {how}", "step_finished", seconds=round(step.seconds, 3), cached=step.cached)
            if self._json is not None:
                self._json.step = None

        return Watcher(starts=starts, ends=ends)

    def say(self, line: str, event: str, **fields: object) -> None:
        """A line of a kind of its own: as it is, or as an event."""
        if self._json is None:
            click.echo(line, err=True)
        else:
            fields = fields or {"line": line}
        self.tell(line, event, **fields)

    def tell(self, message: str, event: str, **fields: object) -> None:
        """Logs an event: `message` for run.log, `fields` for machines."""
        _log.info(message, extra={"event": event, "fields": fields})

    def keep_trace(self, error: BaseException) -> None:
        """Writes the traceback of the error that ends the command to run.log, if there is one."""
        if self._file is not None:
            trace = type(error), error, error.__traceback__
            self._file.handle(_log.makeRecord(_log.name, logging.ERROR, __file__, 0, "failed", (), trace))

    def fail(self, message: str, error: BaseException | None = None) -> None:
        """Why the command fails, in one line; `error` only where nobody expected it, for its traceback."""
        if self._json is None:
            click.echo(f"lookbook: {message}", err=True)
            return
        trace = None if error is None else (type(error), error, error.__traceback__)
        extra = {"event": "failed", "fields": {"message": message}}
        self._json.handle(_log.makeRecord(_log.name, logging.ERROR, __file__, 0, message, (), trace, extra=extra))

    @property
    def for_machines(self) -> bool:
        """Whether JSON was asked for."""
        return self._json is not None
