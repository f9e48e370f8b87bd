"""Log records as JSON, one object a line.

Each line has `time` (ISO 8601, UTC), `level`, `step` (the step that is running, or null), `event`, and the fields of
the event:

    step_started    number, count
    step_finished   seconds, cached
    progress        what, unit, done, total, rate (a second), seconds_left, elapsed_seconds, finished
    cell            a cell of `lookbook backtest`: its fields
    trial           part, trial, trials, settings, and the metric: a finished trial of `lookbook tune`
    tuned           file of the preset, and the best score of each part
    ids             line: number of the ids of a file that the model knows
    failed          message: the error that ends the command; traceback, if the error is unexpected
    log             logger, message: any other log record
"""

from __future__ import annotations

import functools
import json
import logging
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from transforms.progress import Mark


class JsonLines(logging.StreamHandler):
    """Writes records to standard error as JSON.

    Attributes:
        step: name of the running step, or None.
    """

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setLevel(logging.INFO)
        self.setFormatter(
            JsonFormatter(
                ("time", "level", "step", "event"),
                timestamp="time",
                rename_fields={"exc_info": "traceback"},
                json_serializer=functools.partial(json.dumps, allow_nan=False),
            )
        )
        self.step: str | None = None

    def format(self, record: logging.LogRecord) -> str:
        """Formats a record as a JSON object, without a line end."""
        event, fields = _event(record)
        return super().format(
            logging.makeLogRecord(
                {
                    "created": record.created,
                    "exc_info": record.exc_info,
                    "msg": {"level": record.levelname, "step": self.step, "event": event, **fields},
                }
            )
        )


def _event(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    mark = getattr(record, "mark", None)
    if isinstance(mark, Mark):
        return "progress", _mark_fields(mark)
    if hasattr(record, "event"):
        return record.event, dict(record.fields)  # type: ignore[attr-defined]
    return "log", {"logger": record.name, "message": record.getMessage()}


def _mark_fields(mark: Mark) -> dict[str, Any]:
    left = mark.seconds_left
    return {
        "what": mark.what,
        "unit": mark.unit,
        "done": mark.done,
        "total": mark.total,
        "rate": round(mark.rate, 3),
        "seconds_left": None if left is None else round(left, 1),
        "elapsed_seconds": round(mark.elapsed_s, 3),
        "finished": mark.finished,
    }
