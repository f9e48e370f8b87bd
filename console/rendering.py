"""Renders the templates: escaping, formats, and the values that every page has."""

from __future__ import annotations

import functools
import pathlib
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse

from console.query import link
from console.shop import day_text
from pages import formats

_TEMPLATES = pathlib.Path(__file__).parent / "templates"
_SHORT_ID = 12
NAVIGATION = (
    ("/", "Overview"),
    ("/catalogue", "Catalogue"),
    ("/customers", "Customers"),
    ("/versions", "Versions"),
    ("/runs", "Runs"),
)


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Renders a page.

    Args:
        request: the request, which the navigation marks.
        template: name of a file in `console/templates`.
        status: HTTP status.
        **values: values of the template; texts are escaped.
    """
    html = _environment().get_template(template).render(path=request.url.path, navigation=NAVIGATION, **values)
    return HTMLResponse(html, status)


def short(identifier: str) -> str:
    """The beginning of a long id.

    >>> short("0108775015"), short("00000dbacae5abe5e23885899a1fa442")
    ('0108775015', '00000dbacae5…')
    """
    return identifier if len(identifier) <= _SHORT_ID + 2 else f"{identifier[:_SHORT_ID]}…"


def alt(row: Any) -> str:
    """Alternative text of an article's photo: name, type and colour.

    >>> alt({"article_id": "01", "prod_name": "Tee", "product_type_name": "T-shirt", "colour_group_name": None})
    'Tee, T-shirt'
    """
    texts = (row.get("prod_name"), row.get("product_type_name"), row.get("colour_group_name"))
    return ", ".join(text for text in texts if text) or f"Article {row['article_id']}"


def sampled(answers: Any) -> str:
    """The customers that a `SampleAnswers` has answers for, in words."""
    of = "" if answers.is_complete else f"first {formats.number(answers.asked)} of "
    bought = "random customers who bought in the last 30 days" if answers.are_recent else "random customers"
    return f"{of}{formats.number(answers.size)} {bought}, asked of version {answers.version}"


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["link"] = link
    environment.filters.update(
        alt=alt,
        short=short,
        sampled=sampled,
        day=day_text,
        number=formats.number,
        metric=formats.metric,
        signed=formats.signed,
        percent=formats.share,
        date=formats.date,
        moment=formats.moment,
        duration=formats.duration,
    )
    return environment
