"""The catalogue: search, facets, order and pages."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from console.catalogue import FACETS, MAX_PAGE, ORDERS, search
from console.query import choice, number, text
from console.rendering import render
from console.views.request_data import console_of, tables_of


def page(request: Request) -> Response:
    """Shows the articles that a search finds."""
    tables = tables_of(request)
    words = text(request, "q")
    chosen = {column: text(request, column) for column in FACETS}
    order = choice(request, "order", ORDERS, "best")
    never = choice(request, "recommended", ["never"])
    sample = console_of(request).sample.answers(tables) if never else None
    left_out = None if sample is None else sample.by_article
    found = search(tables, words, chosen, order, number(request, "page", 1, low=1, high=MAX_PAGE) or 1, left_out)
    parameters = {"q": words, **chosen, "order": "" if order == "best" else order, "recommended": never}
    return render(
        request,
        "catalogue.html",
        found=found,
        words=words,
        order=order,
        orders=ORDERS,
        parameters=parameters,
        never=never,
        sample=sample,
    )
