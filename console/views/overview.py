"""The overview: the served version, the data, the model server, and what sells."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from console.catalogue import search
from console.rendering import render
from console.versions import as_of, difference
from console.views.request_data import console_of

_BEST_SELLERS = 6


def page(request: Request) -> Response:
    """Shows the overview."""
    console = console_of(request)
    versions, tables = console.versions.all(), console.shop.tables()
    served = console.versions.served()
    server = console.models.ask(lambda client: client.model_status())
    return render(
        request,
        "overview.html",
        served=served,
        as_of=as_of(served) if served else None,
        difference=difference(served) if served else None,
        versions=len(versions),
        tables=tables,
        best=search(tables, "", {}, "best", 1).articles[:_BEST_SELLERS] if tables else (),
        address=console.models.address,
        server=server,
    )
