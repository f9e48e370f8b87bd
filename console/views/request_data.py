"""What several pages need of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request

from console.errors import PageError
from console.shop import ShopTables

if TYPE_CHECKING:
    from console.app import Console


def console_of(request: Request) -> Console:
    """What the pages read."""
    return request.app.state.console


def tables_of(request: Request) -> ShopTables:
    """The newest tables.

    Raises:
        PageError: no run has ingested any, or they are still being prepared.
    """
    shop = console_of(request).shop
    tables = shop.tables()
    if tables is None and shop.problem:
        raise PageError(503, shop.problem)
    if tables is None:
        raise PageError(
            503,
            f"{console_of(request).out} must hold the tables of a run. Received: none. Start `lookbook run` into it.",
        )
    return tables
