"""Parameters of an address: read with limits, and written into the addresses of links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from starlette.requests import Request

from console.errors import PageError

MAX_TEXT = 300
MAX_IDS = 40


def text(request: Request, name: str, default: str = "") -> str:
    """A parameter as text, without surrounding blanks.

    Args:
        request: the request.
        name: name of the parameter.
        default: value of a missing parameter.

    Raises:
        PageError: the value is longer than `MAX_TEXT` characters.
    """
    return _checked(name, request.query_params.get(name, default).strip())


def identifier(request: Request, name: str = "id") -> str:
    """An id, unchanged, since blanks may belong to it.

    Raises:
        PageError: the parameter is missing, empty or too long.
    """
    value = _checked(name, request.query_params.get(name, ""))
    if not value:
        raise PageError(400, f"The address must have an {name}. Received: none. Choose an entry of a list.")
    return value


def identifiers(request: Request, name: str) -> list[str]:
    """Distinct ids of a repeated parameter, in order.

    Raises:
        PageError: there are more than `MAX_IDS`, or one is too long.
    """
    values = list(dict.fromkeys(_checked(name, value) for value in request.query_params.getlist(name) if value))
    if len(values) > MAX_IDS:
        raise PageError(400, f"{name} must have at most {MAX_IDS} articles. Received: {len(values)}. Remove some.")
    return values


def choice(request: Request, name: str, allowed: Iterable[str], default: str = "") -> str:
    """One of the allowed values, or the default for a missing or empty parameter.

    Args:
        request: the request.
        name: name of the parameter.
        allowed: allowed values.
        default: value of a missing parameter.

    Raises:
        PageError: the value is not allowed.
    """
    value, values = text(request, name), list(allowed)
    if value and value not in values:
        raise PageError(400, f"{name} must be one of {', '.join(values)}. Received: {value!r}.")
    return value or default


def number(request: Request, name: str, default: int | None, *, low: int, high: int) -> int | None:
    """A whole number, or the default for a missing or empty parameter.

    Args:
        request: the request.
        name: name of the parameter.
        default: value of a missing parameter.
        low: smallest allowed number.
        high: largest allowed number.

    Raises:
        PageError: the value is not a number from `low` to `high`.
    """
    value = text(request, name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) < 20 and low <= int(value) <= high):
        raise PageError(400, f"{name} must be a whole number from {low} to {high}. Received: {value!r}.")
    return int(value)


def link(path: str, parameters: Mapping[str, object] | None = None, **more: object) -> str:
    """An address with escaped parameters; those that are None, "" or empty are left out.

    >>> link("/article", id="a/b'&c")
    '/article?id=a%2Fb%27%26c'
    >>> link("/customer", {"recent": ["1", "2"], "k": ""})
    '/customer?recent=1&recent=2'

    Args:
        path: path of the page.
        parameters: values by name; lists are repeated.
        **more: further values.
    """
    given = {**(parameters or {}), **more}
    written = urlencode({name: value for name, value in given.items() if value not in (None, "", [], ())}, doseq=True)
    return f"{path}?{written}" if written else path


def _checked(name: str, value: str) -> str:
    if len(value) > MAX_TEXT:
        raise PageError(400, f"{name} must have at most {MAX_TEXT} characters. Received: {len(value):,}. Shorten it.")
    return value
