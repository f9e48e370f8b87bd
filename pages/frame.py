"""The frame of all pages: templates with escaping, and one style sheet."""

from __future__ import annotations

import functools
import pathlib
from typing import Any

import jinja2
from markupsafe import Markup

from transforms.photos.placeholder import placeholder_svg

_FOLDER = pathlib.Path(__file__).parent


def render_page(template: str, **values: Any) -> str:
    """Renders a page as HTML that needs no other file.

    Args:
        template: name of a file in `pages/templates` that extends `page.html`.
        **values: values of the template. Text is escaped; only a chart's SVG is not.
    """
    return _environment().get_template(template).render(style=Markup(style()), **values)


def style() -> str:
    """The style sheet."""
    return tokens() + (_FOLDER / "style.css").read_text(encoding="utf-8")


def tokens() -> str:
    """The design tokens: colours for light and dark, fonts and sizes, as variables of CSS."""
    return (_FOLDER / "tokens.css").read_text(encoding="utf-8")


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["placeholder"] = _placeholder
    return environment


def _placeholder(kind: str) -> Markup:
    """What stands in for a missing photo, as an element of a page, which needs no namespace."""
    return Markup(placeholder_svg(kind).replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))
