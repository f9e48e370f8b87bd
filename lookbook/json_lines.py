"""Log records as JSON, one object a line, for machines.

Each line has `time` (ISO 8601, UTC), `level`, `step` (the step at work, or null) and `event`; what else, goes by the
event:

    step_started    number, count
    step_finished   seconds, cached
    progress        what, unit, done, total, rate (a second), seconds_left, elapsed_seconds, finished
    cell            a cell of `lookbook rolling`: its fields
    ids             line: how many ids of a file the model knows
    failed          message: why the command exits with another code than 0; traceback where nobody expected it
    log             logger, message: anything else that is logged
"""

from __future__ import annotations

import datetime
import json
import logging
import sys
from typing import Any

from transforms.progress import Mark


class JsonLines(logging.StreamHandler):
    """Writes records to standard error; `step` is the one at work."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setLevel(logging.INFO)
        self.step: str | None = None

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        event, fields = _told(record)
        head = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.timezone.utc).isoformat(),
            "level": record.levelname,
            "step": self.step,
            "event": event,
        }
        if record.exc_info:
            fields = {**fields, "traceback": logging.Formatter().formatException(record.exc_info)}
        return json.dumps({**head, **fields}, default=str, allow_nan=False)


def _told(record: logging.LogRecord) -> tuple[str, dict[str, Any]]:
    mark = getattr(record, "mark", None)
    if isinstance(mark, Mark):
        return "progress", _of_mark(mark)
    if hasattr(record, "event"):
        return record.event, dict(record.fields)  # type: ignore[attr-defined]
    return "log", {"logger": record.name, "message": record.getMessage()}


def _of_mark(mark: Mark) -> dict[str, Any]:
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
