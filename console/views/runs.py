"""The runs: their steps, the step at work, and the end of the log."""

from __future__ import annotations

import datetime

from starlette.requests import Request
from starlette.responses import Response

from console.query import choice
from console.rendering import render
from console.runs import log_end, log_time, read_runs
from console.views.request_data import console_of

_QUIET = datetime.timedelta(minutes=10)  # steps log their progress more often


def page(request: Request) -> Response:
    """Shows the newest runs. With `follow=yes`, the page loads itself again while a step runs."""
    out = console_of(request).out
    now = datetime.datetime.now(datetime.timezone.utc)
    runs = read_runs(out, now)
    written = log_time(out)
    at_work = bool(runs and runs[0].at_work and written and now - written < _QUIET)
    usual = len(runs[1].steps) if len(runs) > 1 else None
    return render(
        request,
        "runs.html",
        runs=runs,
        usual=usual,
        at_work=at_work,
        follow=bool(choice(request, "follow", ["yes"])),
        log=log_end(out),
        report=(out / "report.html").is_file(),
    )
