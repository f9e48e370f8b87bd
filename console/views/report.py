"""The report of the newest run, or of a pushed version."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from console.errors import PageError
from console.query import number
from console.versions import report_file
from console.views.request_data import console_of

# The report is one file with its style and its photos inside; it needs nothing else.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


def page(request: Request) -> Response:
    """Shows a report.

    Raises:
        PageError: there is none.
    """
    console = console_of(request)
    wanted = number(request, "version", None, low=1, high=10**12)
    if wanted is None:
        file = console.out / "report.html"
    else:
        version = next((each for each in console.versions.all() if each.number == wanted), None)
        if version is None:
            raise PageError(404, f"version must be a pushed one. Received: {wanted}. Choose one of the list.")
        file = report_file(version)
    try:
        html = file.read_text(encoding="utf-8")
    except OSError as error:
        raise PageError(404, "This run has no report. Write the newest with `lookbook report`.") from error
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})
