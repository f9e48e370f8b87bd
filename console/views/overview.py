"""The overview: the served version, the data, the model server, and what sells."""

from __future__ import annotations

import datetime

from starlette.requests import Request
from starlette.responses import Response

from console.catalogue import first_articles
from console.compared_figures import compared_figures
from console.gates import read_verdicts
from console.rendering import render
from console.versions import as_of, difference, report_file
from console.views.request_data import console_of

_BEST_SELLERS = 6
_REPORTS = 5


def page(request: Request) -> Response:
    """Shows the overview."""
    console = console_of(request)
    versions, tables = console.versions.all(), console.shop.tables()
    served = console.versions.served()
    server = console.models.ask(lambda client: client.model_status())
    load, load_problem = console.metrics.now()
    previous = next((version for version in versions if not version.served), None)
    day = as_of(served) if served else None
    return render(
        request,
        "overview.html",
        served=served,
        previous=previous,
        as_of=day,
        age_days=None if day is None else (datetime.date.today() - day).days,
        behind_days=None
        if day is None or tables is None or tables.last_day is None
        else (tables.last_day - day).days + 1,
        difference=difference(served) if served else None,
        compared=compared_figures(served, previous) if served else (),
        reports=[each.number for each in versions[:_REPORTS] if report_file(each).is_file()],
        newest_report=(console.out / "report.html").is_file(),
        verdicts=read_verdicts(console.out),
        load=load,
        load_problem=load_problem,
        versions=len(versions),
        tables=tables,
        tables_problem=console.shop.problem,
        best=first_articles(tables, "best", _BEST_SELLERS) if tables else (),
        address=console.models.address,
        server=server,
    )
