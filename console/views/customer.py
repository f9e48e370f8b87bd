"""The page of one customer: the purchases, and what the model recommends."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from console.customers import club_statuses, customer_of, product_groups, purchases
from console.past_week import past_week
from console.query import choice, identifier, identifiers, number
from console.recommended import Question, ask, column
from console.rendering import render
from console.views.request_data import console_of, tables_of

_NEEDS = 5
_MAX_AGE, _MAX_K = 120, 48
_MAX_EXCLUDED = 1000


def page(request: Request) -> Response:
    """Shows a customer; an unknown one is shown with the recommendations for a new customer."""
    console, tables = console_of(request), tables_of(request)
    customer_id = identifier(request)
    recent, excluded = identifiers(request, "recent"), identifiers(request, "exclude")
    k = number(request, "k", 12, low=1, high=_MAX_K) or 12
    age = number(request, "age", None, low=0, high=_MAX_AGE)
    clubs = club_statuses(tables)
    club = choice(request, "club", clubs)
    groups = product_groups(tables)
    group = choice(request, "group", groups)
    without_purchased = choice(request, "purchased", ["leave-out"])
    compared = number(request, "compare", None, low=1, high=10**12)

    customer = customer_of(tables, customer_id)
    days = purchases(tables, customer)
    bought = {row["article_id"]: day.day for day in reversed(days) for row in day.purchases}
    left_out = [*excluded, *(bought if without_purchased else ())][:_MAX_EXCLUDED]
    question = Question(customer_id, recent, left_out, group, age, club, k)
    answer, problem = ask(console.models, question, None)
    other, other_problem = ask(console.models, question, compared) if compared is not None else (None, "")
    main = column(
        tables,
        answer,
        problem,
        texts=console.texts,
        other=other,
        as_of=console.versions.as_of(answer.model_version) if answer else None,
        bought=bought,
    )
    beside = None
    if compared is not None:
        day = console.versions.as_of(compared)
        beside = column(tables, other, other_problem, texts=console.texts, other=answer, as_of=day, bought=bought)
    needs = console.models.ask(lambda client: client.needs([customer_id], k=_NEEDS)[0])
    shown = tables.described(list(dict.fromkeys(row["article_id"] for day in days for row in day.purchases)))
    parameters = {
        "id": customer_id,
        "recent": recent,
        "exclude": excluded,
        "k": "" if k == 12 else k,
        "age": age,
        "club": club,
        "group": group,
        "purchased": without_purchased,
        "compare": compared,
    }
    available = console.models.available()
    return render(
        request,
        "customer.html",
        customer_id=customer_id,
        customer=customer,
        columns=[main, beside] if beside is not None else [main],
        compared=compared,
        others=[version for version in available if answer is None or version != answer.model_version],
        recent=tables.described(recent),
        excluded=tables.described(excluded),
        parameters=parameters,
        k=k,
        age=age,
        club=club,
        clubs=[each for each in clubs if each != "unknown"],
        group=group,
        groups=groups,
        without_purchased=bool(without_purchased),
        needs=needs.value or [],
        past=past_week(tables, console.judged, customer_id, days),
        days=days,
        units=sum(row["units"] for day in days for row in day.purchases),
        articles={row["article_id"]: row for row in shown},
    )
