"""The page of one article."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import Response

from console.alike import nearest_by
from console.articles import life_stage, neighbours, sales_by_week
from console.bars import weekly_bars
from console.errors import PageError
from console.query import identifier
from console.rendering import render
from console.shop import day_text
from console.views.request_data import console_of, tables_of

_SIMILAR = 12
_CUSTOMERS = 12
_OF_LOOK = 6  # articles of a group
_ATTRIBUTES = (
    ("product_code", "Product code"),
    ("product_type_name", "Product type"),
    ("product_group_name", "Product group"),
    ("colour_group_name", "Colour"),
    ("perceived_colour_value_name", "Shade"),
    ("graphical_appearance_name", "Pattern"),
    ("department_name", "Department"),
    ("index_group_name", "Group"),
    ("index_name", "Index"),
    ("section_name", "Section"),
    ("garment_group_name", "Garment group"),
)


def page(request: Request) -> Response:
    """Shows an article.

    Raises:
        PageError: the tables lack the article.
    """
    article_id = identifier(request)
    tables, models = tables_of(request), console_of(request).models
    article = tables.by_id([article_id]).get(article_id)
    if article is None:
        raise PageError(404, f"The article must be in the ingested tables. Received: {article_id!r}. Search for it.")
    similar = models.ask(lambda client: client.similar([article_id], k=_SIMILAR)[0])
    look = models.ask(lambda client: client.complete([article_id], k=_OF_LOOK)[0])
    outlook = models.ask(lambda client: client.outlook([article_id])[0])
    if outlook.value is not None and math.isnan(outlook.value.sold_probability):
        outlook = type(outlook)(None, "The served version has no forecast for this article.")
    lifetime = outlook.value.lifetime_weeks if outlook.value is not None else None
    days = (day_text(article["first_day"]), day_text(article["last_day"]))
    sample = console_of(request).sample.answers(tables)
    weeks = sales_by_week(tables, article_id)
    return render(
        request,
        "article.html",
        article=article,
        attributes=[(title, article[column]) for column, title in _ATTRIBUTES if article[column]],
        first_day=days[0],
        last_day=days[1],
        stage=life_stage(*days, tables.last_day, lifetime),
        sample=sample,
        recommended=sample.to(article_id),
        groups=sample.groups(article_id),
        shown=_CUSTOMERS,
        weeks=weeks,
        bars=weekly_bars(weeks),
        outlook=outlook,
        similar=tables.described([each.article_id for each in similar.value or ()]),
        similar_problem=similar.problem,
        by_picture=nearest_by(tables, "picture", article_id),
        by_text=nearest_by(tables, "text", article_id),
        look=[
            (group.name, tables.described([each.article_id for each in group.articles])) for group in look.value or ()
        ],
        look_problem=look.problem,
        together=neighbours(tables, "together_basket", article["article_row"]),
        same=neighbours(tables, "same_product", article["article_row"]),
    )
