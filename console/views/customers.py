"""The search for customers."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.customers import (
    ACTIVITIES,
    AGE_GROUPS,
    CustomerSlice,
    club_statuses,
    find_customers,
    random_customer,
)
from console.errors import PageError
from console.query import choice, link, text
from console.rendering import render
from console.views.request_data import tables_of


def page(request: Request) -> Response:
    """Shows the first customers of a slice."""
    tables, wanted = tables_of(request), _wanted(request)
    rows, more = find_customers(tables, wanted)
    return render(
        request,
        "customers.html",
        rows=rows,
        more=more,
        wanted=wanted,
        total=tables.customers,
        ages=AGE_GROUPS,
        activities=ACTIVITIES,
        clubs=club_statuses(tables),
        has_state=tables.state_file("customer_state") is not None,
    )


def random(request: Request) -> Response:
    """Goes to a random customer of a slice.

    Raises:
        PageError: the slice is empty.
    """
    found = random_customer(tables_of(request), _wanted(request))
    if found is None:
        raise PageError(404, "The slice must have customers. Received: conditions that none fulfils. Choose others.")
    return RedirectResponse(link("/customer", id=found), 303)


def _wanted(request: Request) -> CustomerSlice:
    return CustomerSlice(
        prefix=text(request, "prefix"),
        age_group=choice(request, "age_group", AGE_GROUPS),
        club=text(request, "club"),
        activity=choice(request, "activity", ACTIVITIES),
    )
